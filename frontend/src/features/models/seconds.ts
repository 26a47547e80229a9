import { currentLocale } from '@/lib/i18n/t'

let made: { locale: string; format: Intl.DateTimeFormat } | undefined

/** "14:06:12": made once, because a log asks thousands of times. */
export function clockWithSeconds(at: Date): string {
  const locale = currentLocale()
  if (made?.locale !== locale)
    made = {
      locale,
      format: new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }),
    }
  return made.format.format(at)
}
