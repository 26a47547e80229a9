'use client'
import type { ReactNode } from 'react'
import { ButtonLink } from '@/components/ui/button'
import { Empty } from '@/components/ui/empty'
import { t } from '@/lib/i18n/t'
import { CodeBlock } from './copy-line'

const YAML = `apiVersion: freehold.dev/v1alpha1
kind: Model
metadata:
  name: smollm2
spec:
  engine: LlamaCpp
  url: file:///models/smollm2-135m-instruct.gguf
  resourceProfile: cpu:1
  minReplicas: 0
  maxReplicas: 1`

/** No Model yet: the form, or ten lines to apply. */
export function FirstModel({ may }: { may: boolean }): ReactNode {
  if (!may) return <Empty>{t('There is no Model yet. An engineer of your tenant can deploy one.')}</Empty>
  return (
    <Empty
      action={
        <div className="grid w-full grid-cols-1 gap-4 text-start">
          <CodeBlock text={YAML} label={t('A Model as YAML')} />
          <ButtonLink tone="plain" href="/deploy" className="justify-self-center">
            {t('Deploy the first Model')}
          </ButtonLink>
        </div>
      }
    >
      {t('There is no Model yet. Deploy one here, or apply these ten lines.')}
    </Empty>
  )
}
