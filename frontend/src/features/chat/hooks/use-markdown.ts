import { createPart } from '@/lib/route/part'

/** What draws an answer; fetched with the thread, so that the first word need not wait for it. */
export const useMarkdown = createPart(() => import('@/lib/markdown/markdown').then(file => file.Markdown))
