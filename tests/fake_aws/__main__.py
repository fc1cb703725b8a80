"""`python -m fake_aws CAPTURE [--options JSON]`: prints one line of JSON (endpoint and the hub's keys) when it answers, and ends when its standard input does."""

import argparse
import json
import sys
import threading

from .fake import Fake
from .server import Server


def main():
    parser = argparse.ArgumentParser(prog="fake_aws", description=__doc__)
    parser.add_argument("capture")
    parser.add_argument("--options", default="{}", help="JSON, see DEFAULTS in fake.py")
    parser.add_argument("--port", type=int, default=0, help="0: one that is free")
    parser.add_argument("--stay", action="store_true", help="go on when the standard input ends")
    arguments = parser.parse_args()
    server = Server(Fake(arguments.capture, json.loads(arguments.options)), arguments.port)
    hub = server.fake.sessions.hub
    ready = {"endpoint": f"http://127.0.0.1:{server.server_port}", "access_key_id": hub.key, "secret_access_key": hub.secret, "session_token": hub.token, "region": server.fake.options["home_region"]}
    print(json.dumps(ready), flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if arguments.stay:
        threading.Event().wait()
    # The test that started it holds the other end: when that is gone, however it went, this ends too.
    sys.stdin.read()


if __name__ == "__main__":
    main()
