"""What AWS answers when it does not answer."""


class AwsError(Exception):
    """An error answer: AWS's name of it, its words, the HTTP status (`None`: as the service's model says, else 400) and further fields of its shape."""

    def __init__(self, code, message="", status=None, fields=None):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields or {}


class FakeProblem(Exception):
    """The fake itself is at fault, or was asked what it cannot answer: never something that AWS would say. A test that meets one must fail."""


def named(operation, *words):
    """The first error of an operation whose name has one of `words`."""
    for word in words:
        for shape in operation.error_shapes:
            if word in shape.name:
                return shape.metadata.get("error", {}).get("code") or shape.name
    return None


def not_found(operation, what="it"):
    """How the operation says that what it was asked for is not there."""
    code = named(operation, "NotFound", "NoSuch", "NotExist", "DoesNotExist") or "ResourceNotFoundException"
    return AwsError(code, f"{what} does not exist")


def none_attached(operation, what):
    """How the operation says that what it was asked about is there, and has none of what it gives."""
    code = named(operation, "PolicyNotFound", "NoSuchPolicy", "PolicyDoesNotExist")
    return AwsError(code, f"{what} has none") if code else not_found(operation, what)


def bad_token(operation):
    """How the operation refuses a page token."""
    return AwsError(named(operation, "InvalidNextToken", "InvalidPaginationToken", "InvalidMarker", "Validation", "InvalidInput", "InvalidParameter") or "ValidationException", "The token is not valid")
