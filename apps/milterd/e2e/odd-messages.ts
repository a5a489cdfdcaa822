// Messages with all that canonicalization has trouble with. Byte strings, as a client sends them.

const head = (subject: string, more = '') =>
  `From: Ann <ann@example.org>\r\nTo: bob@lab.example.com\r\nSubject: ${subject}\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n${more}`

const part = (type: string, body: string) => `--frontier\r\nContent-Type: ${type}\r\n${body}\r\n`

export const oddMessages = {
  'an ordinary one': `${head('hello')}\r\nHello Bob,\r\n\r\nthis is a message.\r\n`,
  'odd white space': `${head('a  lot \t of   space  ', 'X-Folded: one\r\n  two\r\n\tthree  \r\n \tfour\r\nX-Empty:\r\nX-Blank: \t \r\n')}\r\n  leading\ttabs \t and   runs  \r\n\t\r\n \r\ntrailing \t\r\n\r\n \r\n\r\n\r\n`,
  'an empty body': `${head('empty')}\r\n`,
  'a body of empty lines': `${head('lines')}\r\n\r\n\r\n\r\n`,
  'no body at all': head('none'),
  'a body without a last line break': `${head('unended')}\r\nthe end`,
  '8-bit text': `${head('gr\xfc\xdfe \xc3\xbc', 'Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n')}\r\nGr\xfc\xdfe \x80\xff\xa0\xa0\r\n\xa0\r\n`,
  'very long lines': `${head('long')}\r\n${'long '.repeat(3000)}\r\n${'x'.repeat(2048)}\r\n${'y'.repeat(2047)} \r\nend\r\n`,
  'a long header': `${head('long header', `References:${Array.from({ length: 300 }, (_, i) => `\r\n\t<${i}.${'r'.repeat(60)}@example.org>`).join('')}\r\n`)}\r\nbody\r\n`,
  'lines that begin with dots': `${head('dots')}\r\n.\r\n..\r\n.dot\r\n ...\r\n\r\n.\r\n`,
  'bare carriage returns': `${head('bare CR')}\r\none\rtwo\r\n\rthree\r\n \r \r\nfour\r\r\n\r\r\n`,
  'bare line feeds': `${head('bare LF')}\r\none\ntwo\n\n  three \n\n\n`,
  'MIME parts': `${head('parts', 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary="frontier"\r\n')}\r\npreamble\r\n${part('text/plain', '\r\nfirst')}${part('image/png\r\nContent-Transfer-Encoding: base64', `\r\n${'iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB\r\n'.repeat(200)}`)}--frontier--\r\nepilogue\r\n`,
  'fields that come twice': `${head('twice', 'Comments: one\r\nComments: two\r\nReply-To: ann@example.org\r\nCc: carol@example.org\r\nList-Id: <list.example.org>\r\nSender: list@example.org\r\n')}\r\nbody\r\n`,
  'a field name with a blank behind it': `${head('blank', 'Reply-To : ann@example.org\r\n')}\r\nbody\r\n`,
} as const satisfies Record<string, string>
