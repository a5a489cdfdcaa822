// The content of a message while it is being read.

import type { Fact } from './facts.ts'
import { Flow } from './flow.ts'
import { type ContentLimits, NAME_LENGTH, URL_LENGTH } from './limits.ts'
import type { MailAttachment, MailLink } from './mail-content.ts'

/** A link whose anchor is still open. */
export type DraftLink = { -readonly [K in keyof MailLink]: MailLink[K] }

export class Draft {
  readonly limits: ContentLimits
  readonly visible: Flow
  readonly hidden: Flow
  readonly links: DraftLink[] = []
  readonly attachments: MailAttachment[] = []
  readonly facts = new Set<string>()
  parts = 0
  nested = 0
  hasPlain = false
  hasHtml = false

  constructor(limits: ContentLimits) {
    this.limits = limits
    this.visible = new Flow(limits.text)
    this.hidden = new Flow(limits.text)
  }

  fact(name: Fact): void {
    this.facts.add(name)
  }

  link(kind: MailLink['kind'], url: string): DraftLink | undefined {
    const trimmed = url.trim()
    if (trimmed === '' || this.links.length >= this.limits.links) return undefined
    const link: DraftLink = {
      url: trimmed.length > URL_LENGTH ? trimmed.slice(0, URL_LENGTH) : trimmed,
      kind,
    }
    this.links.push(link)
    return link
  }

  attach(name: string, type: string, octets: number): void {
    if (this.attachments.length >= this.limits.parts) return
    this.attachments.push({
      name: name.length > NAME_LENGTH ? name.slice(0, NAME_LENGTH) : name,
      type,
      octets,
    })
  }
}
