"""Where the example holds something, and what: the lines of its files, account by account and Region by Region."""


def lines(estate, path):
    """(account, Region, line) of every line of `accounts/<account>/<region>/<path>`."""
    for account in estate.account_ids:
        for region in estate.regions:
            file = f"accounts/{account}/{region}/{path}"
            for line in estate.documents(file) or []:
                yield account, region, line


def recorded(estate, kind):
    """(account, Region, row, its configuration) of every row of AWS Config of a type."""
    for row in estate.config_items(kind):
        yield row["accountId"], row["awsRegion"], row, row.get("configuration") or {}
