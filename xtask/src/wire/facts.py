"""Prints what the adapter of AWS must know of the operations named on standard input, as botocore's models tell it.

Standard input: [{"service", "operation", "pages": null | {...}, "is_first_page_enough"}]. With `--pages`, prints instead the ways in which the pages differ from botocore's paginators.
"""

import json
import sys

import botocore
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader
from botocore.model import ServiceModel

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
LOCATIONS = {"uri": "path", "querystring": "query", "header": "header", "headers": "headers", "statusCode": "status"}
SCALARS = {
    "string": "string",
    "character": "string",
    "integer": "integer",
    "long": "integer",
    "float": "float",
    "double": "float",
    "boolean": "boolean",
    "blob": "blob",
}
# What a value of these needs on its way, when JSON carries it: nothing.
PLAIN = {"string", "integer", "float", "boolean"}
TIMES = {"iso8601": "time-iso8601", "unixTimestamp": "time-epoch", "unixtimestamp": "time-epoch", "rfc822": "time-rfc822"}


PROTOCOLS = ("json", "rest-json", "query", "ec2", "rest-xml")


def protocol(model):
    """The protocol that the client speaks: some services know a newer one beside it."""
    offered = [model.metadata["protocol"], *model.metadata.get("protocols", ())]
    spoken = [name for name in offered if name in PROTOCOLS]
    if not spoken:
        sys.exit(f"{model.service_name} speaks {offered}, which the client does not")
    return spoken[0]


class Shapes:
    """The shapes of a service that its operations reach; of JSON only those of which something must be done to the values."""

    def __init__(self, model):
        self.protocol = protocol(model)
        self.is_json = self.protocol in ("json", "rest-json")
        self.service = model.service_name
        self.found = {}
        self.plain = {}

    def reference(self, shape):
        scalar = self.scalar(shape)
        if scalar:
            return scalar
        if self.is_json and self.is_plain(shape):
            return "plain"
        self.add(shape)
        return "@" + shape.name

    def scalar(self, shape):
        if shape.type_name == "timestamp":
            return self.time(shape)
        if shape.type_name == "structure" and shape.is_document_type:
            return "document"
        if shape.name == "policyDocumentType" and self.service == "iam":
            return "policy"
        if shape.serialization.get("jsonvalue"):
            return "json"
        return SCALARS.get(shape.type_name)

    def time(self, shape):
        named = shape.serialization.get("timestampFormat")
        location = shape.serialization.get("location")
        default = "rfc822" if location == "header" else "unixTimestamp" if self.is_json and location is None else "iso8601"
        return TIMES[named or default]

    def is_plain(self, shape, above=()):
        scalar = self.scalar(shape)
        if scalar:
            return scalar in PLAIN
        if shape.name in above:
            return True
        above = (*above, shape.name)
        if shape.type_name == "list":
            return self.is_plain(shape.member, above)
        if shape.type_name == "map":
            return self.is_plain(shape.value, above)
        return all(
            shape_of.serialization.get("name", name) == name and "location" not in shape_of.serialization and self.is_plain(shape_of, above)
            for name, shape_of in shape.members.items()
        )

    def add(self, shape, is_root=False):
        if shape.name in self.found:
            return
        self.found[shape.name] = {}
        if shape.type_name == "list":
            facts = self.list(shape)
        elif shape.type_name == "map":
            facts = self.map(shape)
        else:
            facts = self.structure(shape, is_root)
        self.found[shape.name] = facts

    def list(self, shape):
        facts = {"list": self.reference(shape.member)}
        if not self.is_json:
            if shape.serialization.get("flattened"):
                facts["flat"] = True
            if "name" in shape.member.serialization:
                facts["item"] = shape.member.serialization["name"]
        return facts

    def map(self, shape):
        facts = {"map": self.reference(shape.value)}
        if not self.is_json:
            if shape.serialization.get("flattened"):
                facts["flat"] = True
            for part, of in (("key", shape.key), ("value", shape.value)):
                if of.serialization.get("name", part) != part:
                    facts[part] = of.serialization["name"]
        return facts

    def structure(self, shape, is_root):
        members = {}
        for name, member in shape.members.items():
            facts = self.member(name, member)
            if is_root and name in shape.required_members:
                facts["required"] = True
            if is_root and member.metadata.get("idempotencyToken"):
                facts["token"] = True
            members[name] = facts["is"] if len(facts) == 1 else facts
        facts = {"members": members}
        if "payload" in shape.serialization:
            facts["payload"] = shape.serialization["payload"]
        return facts

    def member(self, name, member):
        facts = {"is": self.reference(member)}
        wire = self.wire_name(name, member)
        if wire != name:
            facts["name"] = wire
        if "location" in member.serialization:
            facts["in"] = LOCATIONS[member.serialization["location"]]
        if member.serialization.get("xmlAttribute"):
            facts["attribute"] = True
        return facts

    def wire_name(self, name, member):
        own = member.serialization
        if not self.is_json and member.type_name == "list" and own.get("flattened"):
            return member.member.serialization.get("name") or own.get("name", name)
        return own.get("name", name)


def prune(shapes, roots):
    """Leaves out, of the answers in JSON, what is passed on as it stands."""
    for name in roots:
        facts = shapes.found[name]
        facts["members"] = {
            member: of for member, of in facts["members"].items() if not (isinstance(of, str) and of in PLAIN | {"plain"})
        }
        if not facts["members"]:
            del shapes.found[name]


def operation(model, name, shapes):
    op = model.operation_model(name)
    facts = {"method": op.http["method"], "path": op.http["requestUri"]}
    if op.input_shape is not None and op.input_shape.members:
        shapes.add(op.input_shape, is_root=True)
        facts["input"] = op.input_shape.name
    if op.output_shape is not None:
        if op.output_shape.members:
            shapes.add(op.output_shape)
            facts["output"] = op.output_shape.name
        wrapper = op.output_shape.serialization.get("resultWrapper")
        if wrapper:
            facts["wrapper"] = wrapper
    if op.endpoint and "hostPrefix" in op.endpoint:
        facts["host_prefix"] = op.endpoint["hostPrefix"]
    return facts


def endpoints(loader, service):
    """Per partition the address with {region}, the Region of a global service, and the Regions whose address is another."""
    rules = loader.load_service_model(service, "endpoint-rule-set-1")
    partitions = loader.load_data("partitions")
    provider = EndpointProvider(rules, partitions)
    known = rules["parameters"]
    by_partition = {}
    for partition in partitions["partitions"]:
        if partition["id"] not in PARTITIONS:
            continue
        regions = [region for region in partition["regions"] if not region.endswith("-global")]
        addresses = {region: resolve(provider, known, region) for region in regions}
        by_partition[partition["id"]] = summary(addresses)
    return by_partition


def resolve(provider, known, region):
    parameters = {"Region": region, "UseDualStack": False, "UseFIPS": False, "UseGlobalEndpoint": False, "ForcePathStyle": True}
    endpoint = provider.resolve_endpoint(**{name: value for name, value in parameters.items() if name in known})
    schemes = endpoint.properties.get("authSchemes") or [{}]
    scheme = next((scheme for scheme in schemes if scheme.get("name", "sigv4") == "sigv4"), {})
    signing_region = scheme.get("signingRegion", region)
    url = endpoint.url
    return (url.replace(region, "{region}") if signing_region == region else url, None if signing_region == region else signing_region)


def summary(addresses):
    counts = {}
    for address in addresses.values():
        counts[address] = counts.get(address, 0) + 1
    # A global service looks regional in its own Region alone.
    globals_ = [address for address in addresses.values() if address[1] is not None]
    common = globals_[0] if globals_ else max(sorted(counts, key=str), key=counts.get)
    facts = {"url": common[0]}
    if common[1] is not None:
        facts["region"] = common[1]
    others = {
        region: url.replace("{region}", region)
        for region, (url, _) in addresses.items()
        if (url.replace("{region}", region), common[1]) != (common[0].replace("{region}", region), common[1])
    }
    if others:
        facts["except"] = others
    return facts


def service_facts(loader, service, operations):
    version = loader.determine_latest_version(service, "service-2")
    model = ServiceModel(loader.load_service_model(service, "service-2"), service)
    metadata = model.metadata
    shapes = Shapes(model)
    facts = {
        "protocol": shapes.protocol,
        "signing_name": metadata.get("signingName", metadata["endpointPrefix"]),
        "service_id": metadata["serviceId"],
        "api_version": version,
        "endpoints": endpoints(loader, service),
    }
    if shapes.protocol == "json":
        facts["target_prefix"] = metadata["targetPrefix"]
        facts["json_version"] = metadata["jsonVersion"]
        if "awsQueryCompatible" in metadata:
            facts["is_query_compatible"] = True
    facts["operations"] = {name: operation(model, name, shapes) for name in sorted(operations)}
    if shapes.is_json:
        inputs = {op.get("input") for op in facts["operations"].values()}
        outputs = {op.get("output") for op in facts["operations"].values()} - inputs - {None}
        prune(shapes, outputs)
        for op in facts["operations"].values():
            if op.get("output") not in shapes.found:
                op.pop("output", None)
    facts["shapes"] = shapes.found
    return facts


def page_faults(loader, rows):
    for row in rows:
        name = f'{row["service"]}:{row["operation"]}'
        model = ServiceModel(loader.load_service_model(row["service"], "service-2"), row["service"])
        op = model.operation_model(row["operation"])
        try:
            paginators = loader.load_service_model(row["service"], "paginators-1")["pagination"]
        except botocore.exceptions.UnknownServiceError:
            paginators = {}
        if row["is_first_page_enough"]:
            if row["operation"] not in paginators:
                yield f"{name} is not paged, so that there is no first page"
            continue
        yield from row_faults(name, row["pages"], paginators.get(row["operation"]), op)


def row_faults(name, pages, paginator, op):
    inputs = op.input_shape.members if op.input_shape else {}
    outputs = op.output_shape.members if op.output_shape else {}
    if pages is None:
        if paginator:
            yield f"{name} is paged by {paginator}"
        elif any("token" in member.lower() and member in outputs for member in inputs):
            yield f"{name} has a token in request and answer, and no pages"
        return
    if pages["request_token"] not in inputs:
        yield f'{name} takes no {pages["request_token"]}'
    if pages["answer_token"] not in outputs:
        yield f'{name} answers no {pages["answer_token"]}'
    if pages["more"] and pages["more"] not in outputs:
        yield f'{name} answers no {pages["more"]}'
    if paginator:
        given = (paginator["input_token"], paginator["output_token"], paginator.get("more_results"))
        # Where the token alone tells, botocore's more_results is no more than that.
        if given[:2] != (pages["request_token"], pages["answer_token"]) or given[2] != pages["more"]:
            yield f"{name} is paged by {given}"
    if pages["limit"]:
        field, most = pages["limit"]
        if field not in inputs:
            yield f"{name} takes no {field}"
            return
        if paginator and paginator.get("limit_key", field) != field:
            yield f'{name} is limited by {paginator["limit_key"]}'
        allowed = inputs[field].metadata.get("max")
        if allowed is not None and most > allowed:
            yield f"{name} allows {allowed} of {field}, not {most}"


def text(facts):
    """JSON, a line for each operation and shape."""
    lines = ["{", f' "botocore": {json.dumps(facts["botocore"])},', ' "services": {']
    services = []
    for service, of in sorted(facts["services"].items()):
        parts = []
        for key, value in of.items():
            if key in ("operations", "shapes"):
                rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(value.items()))
                parts.append(f'   {json.dumps(key)}: {{\n{rows}\n   }}')
            else:
                parts.append(f"   {json.dumps(key)}: {json.dumps(value, sort_keys=True)}")
        body = ",\n".join(parts)
        services.append(f"  {json.dumps(service)}: {{\n{body}\n  }}")
    lines.append(",\n".join(services))
    lines += [" }", "}"]
    return "\n".join(lines) + "\n"


def main():
    rows = json.load(sys.stdin)
    loader = Loader()
    if "--pages" in sys.argv:
        sys.stdout.writelines(fault + "\n" for fault in page_faults(loader, rows))
        return
    by_service = {}
    for row in rows:
        by_service.setdefault(row["service"], set()).add(row["operation"])
    services = {service: service_facts(loader, service, operations) for service, operations in by_service.items()}
    sys.stdout.write(text({"botocore": botocore.__version__, "services": services}))


main()
