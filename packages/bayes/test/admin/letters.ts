// Mail for the tests of dumps and imports: a few letters with all that other filters make words of, and plain ones by number.

import type { MailClass } from '../../src/index.ts'

export interface Letter {
  readonly as: MailClass
  readonly bytes: Uint8Array
}

const letter = (as: MailClass, lines: readonly string[]): Letter => ({
  as,
  bytes: Buffer.from(`${lines.join('\n')}\n`),
})

const topics = {
  ham: [
    'meeting',
    'minutes',
    'garden',
    'lecture',
    'review',
    'kernel',
    'patch',
    'holiday',
    'recipe',
    'invoice',
  ],
  spam: [
    'pills',
    'casino',
    'winner',
    'mortgage',
    'replica',
    'viagra',
    'lottery',
    'refinance',
    'cheap',
    'miracle',
  ],
} as const

/** The letter of a class with such a number: three words of its topics, some that both have, one of its own. */
export function plainLetter(as: MailClass, number: number): Letter {
  const words = [0, 3, 7].map((step) => topics[as][(number + step) % 10])
  return letter(as, [
    `From: sender${number % 7}@${as === 'ham' ? 'example.org' : 'bulk.example.net'}`,
    `Subject: ${words[0]} ${number}`,
    `Message-ID: <${as}.${number}@example.org>`,
    '',
    `Hello, this is about ${words.join(' and ')}, number${as}${number}, with regards.`,
  ])
}

export const plainLetters = (as: MailClass, from: number, to: number): Letter[] =>
  Array.from({ length: to - from }, (_, index) => plainLetter(as, from + index))

/** What SpamAssassin 4.0.1 and bogofilter 1.2.5 learned for spamassassin.backup and bogofilter.dump beside this file. */
export const learnedLetters: readonly Letter[] = [
  letter('ham', [
    'Return-Path: <ann@mail.example.org>',
    'Received: from relay.example.org (relay.example.org [192.0.2.17]) by mx.example.net (Postfix) with ESMTP id 4EF5511410E',
    '    for <bob@example.net>; Wed,  1 Aug 2001 05:44:01 +0000',
    'Received: from desk.example.org ([198.51.100.9]) by relay.example.org with SMTP; Wed, 01 Aug 2001 05:43:50 +0000',
    'From: "Ann Example" <ann@mail.example.org>',
    'To: Bob <bob@example.net>',
    'Cc: carol@lists.example.com',
    'Subject: Minutes of the Gardening Committee',
    'Message-Id: <20010801054350.AB12CD34EF@desk.example.org>',
    'In-Reply-To: <3B67A1F2.7010203@example.net>',
    'User-Agent: Mutt/1.2.5i',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'Dear Bob,',
    '',
    'the minutes are at http://www.example.org/garden/minutes-2001.html for everybody.',
    "We'll meet again on Thursday; bring the $25.00 for seeds -- and don't forget the watering-can!",
    "Internationalisation of the newsletter is Carol's job (carol@lists.example.com).",
    '',
    'Ann',
  ]),
  letter('ham', [
    'From: Bob <bob@example.net>',
    'To: ann@mail.example.org',
    'Subject: =?UTF-8?Q?Re=3A_Gr=C3=BC=C3=9Fe?= from the allotment',
    'X-Mailer: Example Mailer 3.1',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(
      'Schöne Grüße an alle! The Roses are blooming, see photos.example.net/roses today.\n',
    ).toString('base64'),
  ]),
  letter('spam', [
    'Received: from 203.0.113.99 (unverified [203.0.113.99]) by mx.example.net with SMTP id B0000560006',
    '    for <bob@example.net>; Thu, 02 Aug 2001 14:36:38 +0900',
    'From: deals4u@bulk.example.com',
    'Reply-To: orders@bulk.example.com',
    'To: Undisclosed Recipients <nobody@bulk.example.com>',
    'Subject: FREE Home Loans Just Got Better!!!',
    'Message-Id: <000000387f85$0000406b$00002bd2@>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary="----=_NextPart_000_0001"',
    'X-Priority: 1',
    '',
    '------=_NextPart_000_0001',
    'Content-Type: text/plain; charset=iso-8859-1',
    '',
    'Refinance TODAY and save $10,000. Click http://loans.example.com/apply?id=77 NOW!!!',
    '',
    '------=_NextPart_000_0001',
    'Content-Type: text/html; charset=iso-8859-1',
    '',
    '<html><body><h1>Refinance TODAY</h1><p>Lowest rates in 20 years, <a href="http://loans.example.com/apply">apply here</a>.</p>',
    '<font color="white" style="display:none">literature horizon wander</font></body></html>',
    '',
    '------=_NextPart_000_0001--',
  ]),
  letter('spam', [
    'From: Winner Department <winner@lottery.example.com>',
    'To: bob@example.net',
    'Subject: Congratulations, you have won $1,500,000.00',
    'Organization: International Lottery',
    'Content-Type: text/plain',
    '',
    'ATTENTION: Your e-mail address has won the International Promotion Program.',
    'Contact our agent Dr. Smith, dr.smith@lottery.example.com, with your bank account details urgently...',
  ]),
]
