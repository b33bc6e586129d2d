"""What a caller is told when a request cannot be served."""


class ServiceError(Exception):
    """A request that is answered with ``status`` and this message."""

    status = 500


class BadRequestError(ServiceError):
    status = 400


class UnauthorizedError(ServiceError):
    status = 401


class ForbiddenError(ServiceError):
    status = 403


class NotFoundError(ServiceError):
    status = 404


class ConflictError(ServiceError):
    status = 409
