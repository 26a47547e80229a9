'use client'
import type { ReactNode } from 'react'
import { ButtonLink } from '@/components/ui/button'
import { useCan } from '@/lib/auth/use-auth'
import { t } from '@/lib/i18n/t'
import { useManifest } from '../api/queries'
import type { ModelDetail } from '../api/types'
import { CodeBlock } from './copy-line'
import { Part } from './part'

/** The Model as a file; changing it is the deploy form's. */
export function Config({ model }: { model: ModelDetail }): ReactNode {
  const may = useCan('models.write')
  return (
    <Part query={useManifest(model.name)}>
      {({ yaml }) => (
        <div className="grid grid-cols-1 gap-4">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="text-text-2 max-w-[64ch]">
              {model.managed_by
                ? t('{manager} manages this Model too; a change there may overwrite one made here.', {
                    manager: model.managed_by,
                  })
                : t('As kubectl apply takes it: without status and defaults.')}
            </p>
            {may && <ButtonLink href={`/deploy?model=${model.name}&view=yaml`}>{t('Edit as YAML')}</ButtonLink>}
          </div>
          <CodeBlock text={yaml} label={t('The Model as YAML')} />
        </div>
      )}
    </Part>
  )
}
