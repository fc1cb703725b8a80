"""What starts and connects things: EventBridge, Scheduler, Pipes, Step Functions, Cognito, EKS."""

from .places import lines


def machines(estate, emulator, _):
    """State machines."""
    for account, region, line in lines(estate, "stepfunctions/state-machines"):
        emulator.client("stepfunctions", account, region).create_state_machine(name=line["name"], definition=line["definition"], roleArn=line["roleArn"], type=line["type"])


def events(estate, emulator, names):
    """Connections, API destinations, rules and targets."""
    for account, region, line in lines(estate, "events/connections"):
        own = line["AuthParameters"]["ApiKeyAuthParameters"]["ApiKeyName"]
        further = {key: value for key, value in line["AuthParameters"].items() if key != "ApiKeyAuthParameters"}
        client = emulator.client("events", account, region)
        made = client.create_connection(Name=line["Name"], AuthorizationType=line["AuthorizationType"], AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": own, "ApiKeyValue": "-"}, **further})
        names.add(line["ConnectionArn"].rsplit("/")[-1], made["ConnectionArn"].rsplit("/")[-1])
        secret = client.describe_connection(Name=line["Name"])["SecretArn"]
        names.add(line["SecretArn"].rsplit(":")[-1], secret.rsplit(":")[-1])
    for account, region, line in lines(estate, "events/api-destinations"):
        made = emulator.client("events", account, region).create_api_destination(
            Name=line["Name"], ConnectionArn=names.renamed(line["ConnectionArn"]), HttpMethod=line["HttpMethod"], InvocationEndpoint=line["InvocationEndpoint"]
        )
        names.add(line["ApiDestinationArn"].rsplit("/")[-1], made["ApiDestinationArn"].rsplit("/")[-1])
    for account, region, line in lines(estate, "events/rules"):
        emulator.client("events", account, region).put_rule(**{key: value for key, value in line.items() if key != "Arn"})
    for account, region, line in lines(estate, "events/targets"):
        targets = [{key: names.renamed(value) for key, value in target.items()} for target in line["Response"]["Targets"]]
        emulator.client("events", account, region).put_targets(Rule=line["Arn"].rsplit("/")[-1], Targets=targets)


def schedules(estate, emulator, _):
    """Schedules of EventBridge Scheduler."""
    for account, region, line in lines(estate, "scheduler/schedules"):
        emulator.client("scheduler", account, region).create_schedule(**{key: value for key, value in line.items() if key != "Arn"})


def pipes(estate, emulator, _):
    """Pipes of EventBridge."""
    for account, region, line in lines(estate, "pipes/pipes"):
        emulator.client("pipes", account, region).create_pipe(**{key: value for key, value in line.items() if key not in ("Arn", "CurrentState")})


def identity_pools(estate, emulator, names):
    """Cognito's identity pools with their roles."""
    for account, region, line in lines(estate, "cognito-identity/identity-pools"):
        given = {key: value for key, value in line.items() if key != "IdentityPoolId"}
        made = emulator.client("cognito-identity", account, region).create_identity_pool(**given)
        names.add(line["IdentityPoolId"], made["IdentityPoolId"])
    for account, region, line in lines(estate, "cognito-identity/identity-pool-roles"):
        emulator.client("cognito-identity", account, region).set_identity_pool_roles(IdentityPoolId=names.renamed(line["IdentityPoolId"]), Roles=line["Roles"])


def clusters(estate, emulator, names):
    """EKS clusters, whose issuer is the emulator's."""
    for account, region, line in lines(estate, "eks/clusters"):
        own = line["cluster"]
        made = emulator.client("eks", account, region).create_cluster(name=own["name"], version=own["version"], roleArn=own["roleArn"], resourcesVpcConfig={}, accessConfig=own["accessConfig"])["cluster"]
        names.add(own["identity"]["oidc"]["issuer"].rsplit("/")[-1], made["identity"]["oidc"]["issuer"].rsplit("/")[-1])


def topics(estate, emulator, _):
    """SNS topics and their subscriptions; the example records no subscription."""
    from .places import recorded

    for account, region, row, _ in recorded(estate, "AWS::SNS::Topic"):
        emulator.client("sns", account, region).create_topic(Name=row["resourceName"] or row["resourceId"])
