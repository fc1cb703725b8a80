"""The organization in moto: accounts, units and policies, and what moto calls them."""


def seed(estate, moto, names):
    """Makes the organization of the example. Its management account keeps its id, the others get one from moto."""
    management = estate.management_account
    client = moto.client("organizations", management)
    made = client.create_organization(FeatureSet="ALL")["Organization"]
    names.add(estate.organization["Id"], made["Id"])
    tree = estate.documents("organizations/tree")[0]
    root = client.list_roots()["Roots"][0]["Id"]
    names.add(tree["Roots"][0]["Id"], root)
    for kind in tree["Roots"][0]["PolicyTypes"]:
        client.enable_policy_type(RootId=root, PolicyType=kind["Type"])
    for unit in tree["OrganizationalUnits"]:
        answer = client.create_organizational_unit(ParentId=names.renamed(unit["ParentId"]), Name=unit["Name"])
        names.add(unit["Id"], answer["OrganizationalUnit"]["Id"])
    parents = {row["ChildId"]: row["ParentId"] for row in tree["Parents"]}
    for account in estate.accounts:
        if account["Id"] == management:
            continue
        status = client.create_account(AccountName=account["Name"], Email=account["Email"])["CreateAccountStatus"]
        names.add(account["Id"], status["AccountId"])
        if parents[account["Id"]] != tree["Roots"][0]["Id"]:
            client.move_account(AccountId=status["AccountId"], SourceParentId=root, DestinationParentId=names.renamed(parents[account["Id"]]))
    _policies(estate, client, names)


def _policies(estate, client, names):
    for policy in estate.items("organizations/policies", "Policies"):
        if not policy["AwsManaged"]:
            answer = client.create_policy(Name=policy["Name"], Description=policy["Description"], Type=policy["Type"], Content=names.renamed(policy["Content"]))
            names.add(policy["Id"], answer["Policy"]["PolicySummary"]["Id"])
        identifier = names.renamed(policy["Id"])
        there = {target["TargetId"] for page in client.get_paginator("list_targets_for_policy").paginate(PolicyId=identifier) for target in page["Targets"]}
        for target in policy["Targets"]:
            if names.renamed(target) not in there:
                client.attach_policy(PolicyId=identifier, TargetId=names.renamed(target))
