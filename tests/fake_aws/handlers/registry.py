"""The table (service, operation) -> what answers it."""

HANDLERS = {}


def answers(service, *operations):
    """Registers the function for operations of a service."""

    def register(function):
        for operation in operations:
            if (service, operation) in HANDLERS:
                raise ValueError(f"{service}:{operation} is answered twice")
            HANDLERS[(service, operation)] = function
        return function

    return register
