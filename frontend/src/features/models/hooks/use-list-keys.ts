import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { t } from '@/lib/i18n/t'
import { register } from '@/lib/keyboard/keys'

/** `j` and `k` move through the rows, Enter opens (they are links), `d` deploys. */
export function useListKeys(): void {
  const router = useRouter()
  useEffect(() => {
    const move = (by: number) => {
      const links = [...document.querySelectorAll<HTMLElement>('[data-model]')]
      const at = links.indexOf(document.activeElement as HTMLElement)
      links[Math.min(links.length - 1, Math.max(0, at + by))]?.focus()
    }
    const off = [
      register({ keys: 'j', label: t('Next Model'), run: () => move(1) }),
      register({ keys: 'k', label: t('Previous Model'), run: () => move(-1) }),
      register({ keys: 'd', label: t('Deploy a model'), run: () => router.push('/deploy') }),
    ]
    return () => {
      for (const end of off) end()
    }
  }, [router])
}
