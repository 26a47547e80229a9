"""Errors of the catalogue.

CatalogError
├── ModelNotFoundError
├── ModelExistsError
├── ModelRejectedError
├── ManagedElsewhereError
├── ModelsQuotaError
├── RightMissingError
├── NotWatchedYetError
└── NoClusterError
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class CatalogError(FreeholdError):
    """Something about a Model is not as it must be."""

    blame = "you"


class ModelNotFoundError(CatalogError):
    """No Model of that name in the caller's tenant."""

    status = 404
    code = "not_found"
    title = "There is no such Model in this tenant."


class ModelExistsError(CatalogError):
    """The name is taken."""

    status = 409
    code = "model_exists"
    title = "A Model of this name exists already."
    fix = "Choose another name, or change the existing Model."


class ModelRejectedError(CatalogError):
    """The API server refuses it; `detail` and `errors` are its words."""

    status = 422
    code = "model_rejected"
    title = "The cluster does not accept this Model."
    fix = "Correct the fields named in `errors`; nothing was changed."


class ManagedElsewhereError(CatalogError):
    """Somebody else set these fields; `managers` names them."""

    status = 409
    code = "managed_elsewhere"
    title = "This Model is managed elsewhere."
    fix = "Change it where it is managed; an administrator may take the fields over with `force=1`."


class ModelsQuotaError(CatalogError):
    """The tenant may not have another Model."""

    status = 429
    code = "quota_exceeded"
    title = "Your tenant's quota does not allow this."
    blame = "quota"
    fix = "Delete a Model that nobody needs, or ask whoever runs the platform for more."


class RightMissingError(CatalogError):
    """Freehold's own account may not do this in the tenant's namespace."""

    status = 503
    code = "kubernetes_unavailable"
    title = "Freehold may not do this in the tenant's namespace."
    blame = "platform"
    retry_after_seconds = 30
    fix = "Whoever runs the platform can see in control's log which right its ServiceAccount lacks."


class NotWatchedYetError(CatalogError):
    """The process has not seen the cluster's Models yet."""

    status = 503
    code = "kubernetes_unavailable"
    title = "The cluster's Models cannot be seen at the moment."
    blame = "platform"
    retry_after_seconds = 2


class NoClusterError(CatalogError):
    """Models come from a file here."""

    status = 503
    code = "kubernetes_unavailable"
    title = "There is no cluster behind this installation."
    blame = "platform"
    fix = "Models are listed in the file that FREEHOLD_GATEWAY_ROUTES names; change that file."
