"""Findings of Security Hub."""


def seed(estate, emulator, names):
    """Imports the findings in the administrator's account, which has those of every account and Region."""
    client = emulator.client("securityhub", estate.hub)
    client.enable_security_hub()
    answer = client.batch_import_findings(Findings=estate.items("securityhub/findings", "Findings"))
    if answer["FailedCount"]:
        raise ValueError(answer)
