// What single elements of HTML say about a message, beside the text around them.
import type { Draft } from './draft.ts'
import type { Attributes } from './html-attributes.ts'
import type { Element } from './html-elements.ts'
import type { HtmlOutput } from './html-output.ts'

/** Notes what the start tag tells. Returns the text that is shown in its place: an image's alternative, a button's label. */
export function readElement(
  { name, told }: Element,
  attributes: Attributes,
  { draft, output }: { draft: Draft; output: HtmlOutput },
): string | undefined {
  if (told !== undefined) draft.fact(told)
  if (attributes.hasHandler) draft.fact('html:event')
  if (attributes.isEmpty && name !== 'input') return undefined
  const background = attributes.get('background')
  if (background !== undefined) draft.link('image', background)
  switch (name) {
    case 'img':
      return readImage(attributes, draft)
    case 'area':
      return linked(attributes.get('href'), 'href', draft)
    case 'iframe':
    case 'frame':
    case 'embed':
      return linked(attributes.get('src'), 'href', draft)
    case 'form':
      return linked(attributes.get('action'), 'form', draft)
    case 'input':
      return readInput(attributes, draft)
    case 'meta':
      return readMeta(attributes, draft, output)
    default:
      return undefined
  }
}

function linked(url: string | undefined, kind: 'href' | 'form', draft: Draft): undefined {
  if (url !== undefined) draft.link(kind, url)
  return undefined
}

function readImage(attributes: Attributes, draft: Draft): string {
  const source = attributes.get('src')
  if (source !== undefined && !source.startsWith('data:')) draft.link('image', source)
  const isDot = (size: string | undefined) => size === '1' || size === '0' || size === '1px'
  if (isDot(attributes.get('width')) && isDot(attributes.get('height'))) draft.fact('html:pixel')
  return attributes.get('alt') ?? ''
}

function readInput(attributes: Attributes, draft: Draft): string {
  const type = (attributes.get('type') ?? 'text').trim().toLowerCase()
  draft.fact(type === 'password' ? 'html:password' : 'html:input')
  return type === 'submit' || type === 'button' || type === 'reset' ? (attributes.get('value') ?? '') : ''
}

const TEXT_META = /^(description|keywords|title|author|subject|abstract)$/i

function readMeta(attributes: Attributes, draft: Draft, output: HtmlOutput): undefined {
  const content = attributes.get('content')
  if (content === undefined) return
  const equivalent = attributes.get('http-equiv')?.toLowerCase()
  if (equivalent === 'refresh') {
    draft.fact('html:refresh')
    const url = /url\s*=\s*['"]?([^'"\s]+)/i.exec(content)?.[1]
    if (url !== undefined) draft.link('href', url)
  } else if (equivalent === undefined || TEXT_META.test(equivalent)) output.hide(content)
}
