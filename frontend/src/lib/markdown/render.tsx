/**
 * Tokens as React elements. No HTML string anywhere: raw HTML shows as the text it is, and an image becomes a link,
 * because loading it would carry the conversation to whoever wrote its address.
 */
import type { Token, Tokens } from 'marked'
import { Fragment, type ReactNode } from 'react'
import { t } from '../i18n/t'
import { CodeBlock } from './code-block'
import { decodeEntities, hostToShow, safeHref, showControls } from './safe'

const say = (text: string) => showControls(decodeEntities(text))

function Inline({ tokens }: { tokens: readonly Token[] | undefined }): ReactNode {
  return tokens?.map((token, at) => <Fragment key={at}>{inline(token)}</Fragment>)
}

const plain = (token: Token): string =>
  'tokens' in token && token.tokens
    ? token.tokens.map(plain).join('')
    : 'text' in token
      ? String(token.text)
      : token.raw

function Anchor({ href, children, text }: { href: string; children: ReactNode; text: string }): ReactNode {
  const safe = safeHref(decodeEntities(href))
  if (!safe) return children
  const host = hostToShow(safe, text)
  return (
    <>
      <a className="link" href={safe} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
      {host && <span className="text-text-3 text-[0.85em]"> ({host})</span>}
    </>
  )
}

function inline(token: Token): ReactNode {
  switch (token.type) {
    case 'strong':
      return (
        <strong className="font-strong">
          <Inline tokens={(token as Tokens.Strong).tokens} />
        </strong>
      )
    case 'em':
      return (
        <em>
          <Inline tokens={(token as Tokens.Em).tokens} />
        </em>
      )
    case 'del':
      return (
        <del>
          <Inline tokens={(token as Tokens.Del).tokens} />
        </del>
      )
    case 'codespan':
      return (
        <code className="mono bg-sunken rounded-code px-1 py-px text-[0.88em]">
          {showControls((token as Tokens.Codespan).text)}
        </code>
      )
    case 'br':
      return <br />
    case 'link': {
      const link = token as Tokens.Link
      return (
        <Anchor href={link.href} text={plain(link)}>
          <Inline tokens={link.tokens} />
        </Anchor>
      )
    }
    case 'image': {
      const { href, text } = token as Tokens.Image
      return (
        <Anchor href={href} text="">
          {t('Image: {name}', { name: say(text) || t('without a name') })}
        </Anchor>
      )
    }
    case 'checkbox':
      return null
    case 'text':
    case 'escape':
      return 'tokens' in token && token.tokens ? <Inline tokens={token.tokens} /> : say((token as Tokens.Text).text)
    default:
      return say(token.raw)
  }
}

function Item({ item, loose }: { item: Tokens.ListItem; loose: boolean }): ReactNode {
  return (
    <li className={item.task ? 'list-none' : undefined}>
      {item.task && (
        <input
          type="checkbox"
          checked={item.checked ?? false}
          disabled
          className="mr-2"
          aria-label={item.checked ? t('Done') : t('Not done')}
        />
      )}
      {item.tokens.map((token, at) => (
        <Fragment key={at}>{!loose && token.type === 'text' ? inline(token) : block(token)}</Fragment>
      ))}
    </li>
  )
}

function List({ list }: { list: Tokens.List }): ReactNode {
  const items = list.items.map((item, at) => <Item key={at} item={item} loose={list.loose} />)
  if (!list.ordered) return <ul className="list-disc space-y-1 ps-6">{items}</ul>
  return (
    <ol start={list.start === '' ? 1 : list.start} className="list-decimal space-y-1 ps-6">
      {items}
    </ol>
  )
}

function Table({ table }: { table: Tokens.Table }): ReactNode {
  const aligned = (at: number) => ({ textAlign: table.align[at] ?? ('start' as const) })
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={t('Table')}>
      <table className="w-full border-collapse text-body">
        <thead>
          <tr>
            {table.header.map((cell, at) => (
              <th
                key={at}
                scope="col"
                style={aligned(at)}
                className="border-line text-text-2 text-secondary font-medium border-b py-[7px] pe-3"
              >
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, line) => (
            <tr key={line}>
              {row.map((cell, at) => (
                <td key={at} style={aligned(at)} className="border-line border-b py-[7px] pe-3 align-top">
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Headings of an answer stand below the page's own two levels. */
function Heading({ depth, children }: { depth: number; children: ReactNode }): ReactNode {
  const Tag = `h${Math.min(6, depth + 2)}` as 'h3'
  return <Tag className={depth <= 2 ? 'font-strong text-[1.08em]' : 'font-strong'}>{children}</Tag>
}

/** One token; `settled`: a top-level one that grows no more. */
export function block(token: Token, settled = false): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'heading':
      return (
        <Heading depth={(token as Tokens.Heading).depth}>
          <Inline tokens={(token as Tokens.Heading).tokens} />
        </Heading>
      )
    case 'paragraph':
      return (
        <p>
          <Inline tokens={(token as Tokens.Paragraph).tokens} />
        </p>
      )
    case 'code':
      return <CodeBlock text={(token as Tokens.Code).text} language={(token as Tokens.Code).lang} settled={settled} />
    case 'blockquote':
      return (
        <blockquote className="border-line-strong text-text-2 space-y-3 border-s-2 ps-4">
          {(token as Tokens.Blockquote).tokens.map((inner, at) => (
            <Fragment key={at}>{block(inner)}</Fragment>
          ))}
        </blockquote>
      )
    case 'list':
      return <List list={token as Tokens.List} />
    case 'table':
      return <Table table={token as Tokens.Table} />
    case 'hr':
      return <hr className="border-line" />
    case 'html':
      return <p className="whitespace-pre-wrap">{showControls(token.raw.trimEnd())}</p>
    default:
      return <p>{inline(token)}</p>
  }
}
