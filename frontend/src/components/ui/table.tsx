import clsx from 'clsx'
import type { ReactNode } from 'react'

export interface Column<Row> {
  readonly id: string
  readonly head: string
  readonly cell: (row: Row) => ReactNode
  /** Figures stand right, with their unit. */
  readonly figure?: boolean
  /** Falls under the first column on phones. */
  readonly minor?: boolean
  readonly width?: string
  readonly sort?: { readonly on: 'ascending' | 'descending' | undefined; readonly toggle: () => void }
}

interface TableProps<Row> {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf: (row: Row) => string
  /** The row's menu. */
  menu?: (row: Row) => ReactNode
}

const HEAD = 'text-note text-text-3 bg-bg sticky top-0 z-10 border-line border-b py-[7px] ps-4 font-[450] first:ps-0'

function Head<Row>({ column }: { column: Column<Row> }): ReactNode {
  const look = clsx(HEAD, column.figure ? 'text-end' : 'text-start', column.minor && 'max-sm:hidden')
  if (!column.sort)
    return (
      <th scope="col" style={{ width: column.width }} className={look}>
        {column.head}
      </th>
    )
  return (
    <th scope="col" aria-sort={column.sort.on ?? 'none'} style={{ width: column.width }} className={look}>
      <button type="button" onClick={column.sort.toggle} className="hover:text-text">
        {column.head}
        <span aria-hidden>{column.sort.on === 'ascending' ? ' ↑' : column.sort.on === 'descending' ? ' ↓' : ''}</span>
      </button>
    </th>
  )
}

/** Hairlines, right-aligned figures, sticky head, no zebra. Below 640 px the minor columns form a second line. */
export function Table<Row>({ caption, columns, rows, keyOf, menu }: TableProps<Row>): ReactNode {
  const minor = columns.filter(column => column.minor)
  return (
    <table className="w-full border-collapse">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          {columns.map(column => (
            <Head key={column.id} column={column} />
          ))}
          {menu && <td className={HEAD} />}
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={keyOf(row)} className="border-line h-[37px] border-b compact:h-[30px]">
            {columns.map((column, at) => (
              <td
                key={column.id}
                className={clsx(
                  'py-2 ps-4 first:ps-0 compact:py-1',
                  column.figure && 'num text-end',
                  column.minor && 'max-sm:hidden',
                )}
              >
                {column.cell(row)}
                {at === 0 && minor.length > 0 && (
                  <div className="text-note text-text-3 num flex flex-wrap gap-x-3 sm:hidden">
                    {minor.map(one => (
                      <span key={one.id}>{one.cell(row)}</span>
                    ))}
                  </div>
                )}
              </td>
            ))}
            {menu && <td className="w-9 text-end">{menu(row)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
