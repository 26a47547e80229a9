'use client'
import dynamic from 'next/dynamic'
import { useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react'
import { Skeleton } from '@/components/ui/skeleton'
import { Segmented } from '@/components/ui/tabs'
import { type toTrouble } from '@/lib/api/problem'
import { useOnline } from '@/lib/api/use-online'
import { t } from '@/lib/i18n/t'
import { register } from '@/lib/keyboard/keys'
import { nameOf, type Path } from '@/lib/schema-form/schema'
import { changes } from '@/lib/schema-form/value'
import { useSearch } from '@/lib/route/segment'
import type { ModelDetail } from '../api/types'
import { useApply } from '../hooks/use-apply'
import { useDraft } from '../hooks/use-draft'
import { useDryRun } from '../hooks/use-dry-run'
import {
  localTroubles,
  NAME,
  serverTroubles,
  setEngine,
  setField,
  type Draft,
  type FieldTroubles,
} from '../store/deploy'
import { DeploySide } from './deploy-side'
import { FormFields } from './form-fields'

const YamlView = dynamic(() => import('./yaml-view').then(m => m.YamlView), {
  ssr: false,
  loading: () => <Skeleton rows={8} height={24} />,
})

interface FormProps {
  first: Draft
  model: ModelDetail | undefined
}

/** Form and YAML of one draft, with the cluster's opinion beside it. */
export function DeployForm({ first, model }: FormProps): ReactNode {
  const form = useId()
  const online = useOnline()
  const state = useDraft(model ? `deploy:${model.name}` : 'deploy', first)
  const { draft } = state
  const [view, setView] = useState(useSearch().get('view') === 'yaml' ? 'yaml' : 'form')
  const [broken, setBroken] = useState(false)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  const [tried, setTried] = useState(false)
  const base = useStableModel(model)
  const local = useMemo(() => localTroubles(draft, !model), [draft, model])
  const ready = online && !broken && Object.keys(local).length === 0
  const verdict = useDryRun(draft, base, ready)
  const apply = useApply(state.forget)
  const shown = useShownTroubles(local, touched, tried || view === 'yaml', verdict.trouble ?? apply.trouble)
  const locked = apply.trouble?.code === 'managed_elsewhere'

  function change(next: Draft, name?: string): void {
    state.change(next)
    apply.clear()
    if (name) setTouched(before => new Set([...before, name]))
  }
  function changeField(path: Path, value: unknown): void {
    const isEngine = nameOf(path) === 'engine'
    change(isEngine ? setEngine(draft, String(value ?? '')) : setField(draft, path, value), nameOf(path))
  }
  function submit(live?: ModelDetail): void {
    setTried(true)
    if (!ready) return focusFirst(Object.keys(local))
    void apply.run(draft, live ?? base)
  }
  useSubmitKey(() => submit())
  return (
    <form
      id={form}
      noValidate
      onSubmit={event => (event.preventDefault(), submit())}
      className="grid grid-cols-1 items-start gap-x-14 gap-y-8 lg:grid-cols-[minmax(0,640px)_minmax(0,340px)]"
    >
      <div className="grid min-w-0 grid-cols-1 gap-6">
        <div className="justify-self-start">
          <Segmented
            options={[
              { id: 'form', label: t('Form') },
              { id: 'yaml', label: t('YAML') },
            ]}
            active={view}
            onChange={setView}
            label={t('How to edit')}
          />
        </div>
        {view === 'form' ? (
          <FormFields
            draft={draft}
            isNew={!model}
            troubles={shown}
            onName={name => change({ ...draft, name }, NAME)}
            onField={changeField}
            onPreset={spec => change({ ...draft, spec })}
            disabled={locked}
          />
        ) : (
          <YamlView
            draft={draft}
            troubles={shown}
            onChange={next => change(model ? { ...next, name: model.name } : next)}
            onBroken={setBroken}
            disabled={locked}
          />
        )}
      </div>
      <DeploySide
        isNew={!model}
        wrong={Object.keys(local).length + (broken ? 1 : 0)}
        verdict={verdict}
        apply={apply}
        online={online}
        restored={state.restored}
        onStartOver={state.startOver}
        changes={model ? changes(first.spec, draft.spec) : []}
        onOverwrite={live => submit(live)}
        manager={model?.managed_by ?? null}
      />
    </form>
  )
}

/** The Model as it was when the form opened: its version moves with its state, and that is no news to the form. */
function useStableModel(model: ModelDetail | undefined): ModelDetail | undefined {
  return useRef(model).current
}

/** The browser's objections where somebody has been, the server's everywhere. */
function useShownTroubles(
  local: FieldTroubles,
  touched: ReadonlySet<string>,
  all: boolean,
  said: ReturnType<typeof toTrouble> | undefined,
): FieldTroubles {
  return useMemo(() => {
    const mine = Object.entries(local).filter(([name]) => all || [...touched].some(one => name.startsWith(one)))
    return { ...(said && serverTroubles(said)), ...Object.fromEntries(mine) }
  }, [local, touched, all, said])
}

function focusFirst(names: readonly string[]): void {
  const fields = [...document.querySelectorAll<HTMLElement>('[data-field]')]
  const wrong = fields.find(one => names.some(name => name.startsWith(one.dataset.field ?? '-')))
  wrong?.focus()
}

function useSubmitKey(submit: () => void): void {
  const latest = useRef(submit)
  useEffect(() => {
    latest.current = submit
  })
  useEffect(() => register({ keys: 'mod+Enter', label: t('Apply'), run: () => latest.current(), inFields: true }), [])
}
