"""Why a condition is as it is: the closed list that the operator writes, tests expect and the reference explains.

A reason is one word for machines; the message beside it is for people. `meanings` says which goes with which condition.
"""

from enum import StrEnum


class ModelCondition(StrEnum):
    """The condition types of a Model."""

    ACCEPTED = "Accepted"
    WEIGHTS_READY = "WeightsReady"
    SCHEDULED = "Scheduled"
    AVAILABLE = "Available"
    AUTOSCALING = "Autoscaling"
    DEGRADED = "Degraded"
    READY = "Ready"


class ModelReason(StrEnum):
    """Every reason a Model's condition may carry."""

    ACTIVE = "Active"
    AS_EXPECTED = "AsExpected"
    AT_MAXIMUM = "AtMaximum"
    BY_HPA = "ByHPA"
    CONFIG_ERROR = "ConfigError"
    CRASH_LOOP = "CrashLoop"
    DEMAND_UNKNOWN = "DemandUnknown"
    EVICTED = "Evicted"
    FAILING = "Failing"
    FETCHING = "Fetching"
    FETCHING_WEIGHTS = "FetchingWeights"
    FETCH_FAILED = "FetchFailed"
    FIXED = "Fixed"
    IMAGE_NOT_ALLOWED = "ImageNotAllowed"
    IMAGE_PULL_FAILED = "ImagePullFailed"
    MINIMUM_AVAILABLE = "MinimumAvailable"
    NAME_TAKEN = "NameTaken"
    NOT_ACCEPTED = "NotAccepted"
    NOT_APPLICABLE = "NotApplicable"
    NOT_NEEDED = "NotNeeded"
    NOT_SCHEDULED = "NotScheduled"
    NO_PODS = "NoPods"
    NO_TENANT = "NoTenant"
    OUT_OF_MEMORY = "OutOfMemory"
    OUT_OF_SPACE = "OutOfSpace"
    POD_REJECTED = "PodRejected"
    PRESENT = "Present"
    PROFILE_UNKNOWN = "ProfileUnknown"
    PROVIDER_DENIED = "ProviderDenied"
    PROVIDER_REACHABLE = "ProviderReachable"
    PROVIDER_UNREACHABLE = "ProviderUnreachable"
    QUOTA_EXCEEDED = "QuotaExceeded"
    QUOTA_LIMITED = "QuotaLimited"
    READINESS_PROBE_FAILING = "ReadinessProbeFailing"
    REPLICAS_MISSING = "ReplicasMissing"
    ROLLOUT_STUCK = "RolloutStuck"
    SCALED_TO_ZERO = "ScaledToZero"
    SCHEDULED = "Scheduled"
    SECRET_NOT_FOUND = "SecretNotFound"  # noqa: S105 - a reason, not a secret
    SECRET_NOT_USABLE = "SecretNotUsable"  # noqa: S105 - a reason, not a secret
    SERVING = "Serving"
    SOURCE_DENIED = "SourceDenied"
    SOURCE_NOT_FOUND = "SourceNotFound"
    SOURCE_UNSUPPORTED = "SourceUnsupported"
    STARTING = "Starting"
    STARTUP_PROBE_FAILING = "StartupProbeFailing"
    STOPPED = "Stopped"
    SUSPENDED = "Suspended"
    TENANT_SUSPENDED = "TenantSuspended"
    UNSCHEDULABLE = "Unschedulable"
    VALID = "Valid"
    VOLUME_PENDING = "VolumePending"
    WAITING = "Waiting"


class TenantCondition(StrEnum):
    """The condition types of a Tenant."""

    NAMESPACE_READY = "NamespaceReady"
    QUOTA_READY = "QuotaReady"
    NETWORK_READY = "NetworkReady"
    ACCESS_READY = "AccessReady"
    POSTGRES_READY = "PostgresReady"
    REDIS_READY = "RedisReady"
    SUSPENDED = "Suspended"
    READY = "Ready"


class TenantReason(StrEnum):
    """Every reason a Tenant's condition may carry."""

    ACCESS_NOT_READY = "AccessNotReady"
    ACTIVE = "Active"
    APPLIED = "Applied"
    APPLYING = "Applying"
    CREATING = "Creating"
    DENIED = "Denied"
    FOREIGN = "Foreign"
    HIBERNATED = "Hibernated"
    NAMESPACE_NOT_READY = "NamespaceNotReady"
    NAME_TAKEN = "NameTaken"
    NETWORK_NOT_READY = "NetworkNotReady"
    NOT_FOUND = "NotFound"
    NOT_REQUESTED = "NotRequested"
    NOT_SUSPENDED = "NotSuspended"
    OFFBOARDING = "Offboarding"
    POSTGRES_NOT_READY = "PostgresNotReady"
    PROVISIONED = "Provisioned"
    PROVISIONING = "Provisioning"
    QUOTA_NOT_READY = "QuotaNotReady"
    REDIS_NOT_READY = "RedisNotReady"
    RESUMING = "Resuming"
    SUSPENDED = "Suspended"
    SUSPENDING = "Suspending"
    TERMINATING = "Terminating"
