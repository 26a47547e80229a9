/** Why a Model does not serve, and what to do, by the reason that the operator gives. A test walks its enum. */
import { t } from '@/lib/i18n/t'

export interface Remedy {
  /** What it means, in a sentence. */
  readonly what: string
  /** What to do about it. */
  readonly fix: string
  /** Whose move it is: the Model's owner, or whoever runs the platform. */
  readonly where: 'form' | 'logs' | 'platform'
}

type Say = () => Remedy

const form = (what: string, fix: string): Remedy => ({ what, fix, where: 'form' })
const logs = (what: string, fix: string): Remedy => ({ what, fix, where: 'logs' })
const platform = (what: string, fix: string): Remedy => ({ what, fix, where: 'platform' })

const REMEDIES: Readonly<Record<string, Say>> = {
  OutOfMemory: () =>
    form(t('It needs more memory than its pod may use.'), t('Choose a larger resource profile, or a shorter context.')),
  CrashLoop: () =>
    logs(t('The engine ends again and again.'), t('Its last lines in the log say why, most often an argument.')),
  ImagePullFailed: () =>
    form(t('The image cannot be pulled.'), t('Check its name and tag, and that the cluster may read that registry.')),
  ConfigError: () =>
    form(
      t('The pod cannot be made as it is described.'),
      t('Check names of Secrets and ConfigMaps, and the arguments.'),
    ),
  StartupProbeFailing: () =>
    logs(
      t('The engine runs but does not answer in time.'),
      t('Look into its log; a large model may need a longer startup probe.'),
    ),
  ReadinessProbeFailing: () =>
    logs(t('The engine stopped answering its check.'), t('Look into its log; it may be overloaded.')),
  Evicted: () =>
    platform(
      t('A node ran short and sent the pod away.'),
      t('It is started elsewhere; if it happens often, ask your platform team.'),
    ),
  SourceNotFound: () => form(t('There is nothing at the address of the weights.'), t('Correct the address under Url.')),
  SourceDenied: () => form(t('The place of the weights refuses access.'), t('Give an address that needs no sign-in.')),
  SourceUnsupported: () => form(t('This kind of address cannot be read here.'), t('Use file://, pvc:// or https://.')),
  FetchFailed: () =>
    logs(t('Fetching the weights broke off.'), t('It is tried again; the log of the fetch says what happened.')),
  OutOfSpace: () =>
    form(t('The weights do not fit on the disk.'), t('Ask for more ephemeral storage under Resources.')),
  VolumePending: () =>
    platform(t('The volume is not there yet.'), t('Check the claim’s name; the storage may need a moment.')),
  Unschedulable: () =>
    form(t('No node has room for it.'), t('Choose a smaller profile, or wait until another Model goes to sleep.')),
  QuotaExceeded: () =>
    form(t('Your tenant’s quota does not allow it.'), t('Suspend another Model, or ask your platform team for more.')),
  QuotaLimited: () =>
    form(t('The quota keeps it from growing.'), t('Suspend another Model, or ask your platform team for more.')),
  PodRejected: () =>
    platform(t('The cluster’s rules refuse the pod.'), t('Its message names the rule; your platform team can help.')),
  ProviderUnreachable: () =>
    form(t('The provider does not answer.'), t('Check the address; it is asked again every minute.')),
  ProviderDenied: () =>
    form(t('The provider refuses the key.'), t('Renew the key in the Secret that the Model names.')),
  ImageNotAllowed: () =>
    form(t('This image is not allowed here.'), t('Use one of the images that the platform allows.')),
  ProfileUnknown: () =>
    form(t('There is no such resource profile.'), t('Correct its name; the message lists those there are.')),
  SecretNotFound: () => form(t('The Secret is not there.'), t('Make it, or correct its name.')),
  SecretNotUsable: () =>
    form(t('The Secret may not be used by Models.'), t('Give it the label freehold.dev/credential: "true".')),
  NameTaken: () => form(t('The name is taken by something else.'), t('Delete this Model and choose another name.')),
  NoTenant: () => platform(t('Its namespace belongs to no tenant.'), t('Ask your platform team.')),
  TenantSuspended: () => platform(t('Your tenant is suspended.'), t('Ask your platform team.')),
  ReplicasMissing: () => logs(t('Fewer replicas run than should.'), t('Look at the replicas and their events.')),
  RolloutStuck: () =>
    logs(
      t('The newest settings do not come up; the old ones still serve.'),
      t('Look at the newest replica’s log, or undo the last change.'),
    ),
}

/** The words for a reason, or undefined where its own message must do. */
export const remedyOf = (reason: string): Remedy | undefined => REMEDIES[reason]?.()

/** The conditions whose `True` is bad. */
const BAD_WHEN_TRUE: ReadonlySet<string> = new Set(['Degraded'])

interface Fact {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

export const isBad = ({ type, status }: Pick<Fact, 'type' | 'status'>): boolean =>
  status === (BAD_WHEN_TRUE.has(type) ? 'True' : 'False')

/** Reasons that are a state, not a trouble, although their condition is not met. */
const CALM: ReadonlySet<string> = new Set([
  'NoPods',
  'Fixed',
  'NotApplicable',
  'Suspended',
  'Stopped',
  'Starting',
  'Waiting',
  'Fetching',
])

/** The condition that explains best why it does not serve: the first bad one that is not `Ready` itself. */
export function causeOf<T extends Fact>(conditions: readonly T[]): T | undefined {
  const bad = conditions.filter(one => isBad(one) && !CALM.has(one.reason))
  return bad.find(one => one.type !== 'Ready') ?? bad[0]
}
