"""boto3's clients of an emulator, in whatever account: both switch to the account of a role that is taken, whoever takes it."""

import functools

import boto3
from botocore.config import Config

HOME = "eu-west-1"


class Emulator:
    """A running emulator, and the keys of each account in it."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.keys = {}

    def key(self, account):
        """Keys of an account: those of a role that is taken there."""
        if account not in self.keys:
            taken = self._client("sts", HOME, {"AccessKeyId": "seed", "SecretAccessKey": "seed", "SessionToken": None})
            answer = taken.assume_role(RoleArn=f"arn:aws:iam::{account}:role/Seed", RoleSessionName="seed")
            self.keys[account] = {name: answer["Credentials"][name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
        return self.keys[account]

    @functools.lru_cache(maxsize=None)
    def client(self, service, account, region=HOME):
        """A client in an account and Region."""
        return self._client(service, region, self.key(account))

    def _client(self, service, region, key):
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            aws_session_token=key["SessionToken"],
            config=Config(retries={"max_attempts": 1, "mode": "standard"}),
        )
