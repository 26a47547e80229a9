import { useId, type ReactNode } from 'react'

/** Title and explanation on the left, controls on the right; stacked on phones. */
export function Section({ title, lead, children }: { title: string; lead?: string; children: ReactNode }): ReactNode {
  const id = useId()
  return (
    <section
      aria-labelledby={id}
      className="border-line grid gap-x-10 gap-y-4 border-t py-6 lg:grid-cols-[260px_minmax(0,560px)]"
    >
      <div>
        <h2 id={id}>{title}</h2>
        {lead && <p className="text-secondary text-text-3 mt-1">{lead}</p>}
      </div>
      <div className="grid content-start gap-4">{children}</div>
    </section>
  )
}
