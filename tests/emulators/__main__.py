"""`python -m emulators CAPTURE FOLDER`: starts moto and ministack, puts the capture's organization into them and writes the capture with the names that they gave things to FOLDER.
Prints one line of JSON when that is done, and ends both when its standard input does."""

import argparse
import json
import sys

from fake_aws.estate import Estate

from . import agents, data, findings, functions, identities, identity_center, integration, organization, servers
from .clients import Emulator
from .names import Names

MOTO = [
    identity_center.seed, identities.seed, findings.seed, data.keys, data.secrets, data.repositories, data.file_systems, data.domains, data.parameters,
    integration.machines, integration.events, integration.schedules, integration.pipes, integration.clusters, integration.topics,
]  # fmt: skip
MINISTACK = [data.tables, data.streams, functions.functions, integration.identity_pools, agents.guardrails, agents.logging, agents.agents, agents.runtimes]


def seed(capture, folder, moto, ministack):
    """Puts the capture into both; gives its names there, and writes what the fake is to serve."""
    names = Names()
    organization.seed(Estate(capture), moto, names)
    # From here on with the accounts that moto made.
    names.rename_folder(capture, f"{folder}/accounts")
    estate, further = Estate(f"{folder}/accounts"), Names()
    for emulator, seeds in ((moto, MOTO), (ministack, MINISTACK)):
        for one in seeds:
            one(estate, emulator, further)
    further.rename_folder(f"{folder}/accounts", f"{folder}/capture")
    for account in Estate(f"{folder}/capture").account_ids:
        moto.key(account)
        ministack.key(account)
    return {**names.made, **further.made}


def main():
    parser = argparse.ArgumentParser(prog="emulators", description=__doc__)
    parser.add_argument("capture")
    parser.add_argument("folder")
    arguments = parser.parse_args()
    started = []
    try:
        for start in (servers.moto, servers.ministack):
            started.append(start())
        moto, ministack = (Emulator(endpoint) for _, endpoint in started)
        names = seed(arguments.capture, arguments.folder, moto, ministack)
        known = {name: {"endpoint": emulator.endpoint, "keys": emulator.keys} for name, emulator in (("moto", moto), ("ministack", ministack))}
        print(json.dumps({"capture": f"{arguments.folder}/capture", "names": names, "emulators": known}), flush=True)
        # Whoever started it holds the other end: when that is gone, however it went, this ends too.
        sys.stdin.read()
    finally:
        for process, _ in started:
            servers.stop(process)


if __name__ == "__main__":
    main()
