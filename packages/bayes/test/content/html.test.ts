import { describe, expect, it } from 'vitest'
import { ELEMENT_KINDS, elementOf } from '../../src/content/html-elements.ts'
import { htmlContent, oddFacts } from './messages.ts'

describe('HTML as text', () => {
  it.each([
    ['V<b></b>iagra V<!-- x -->iagra V<x>i</x>agra', 'Viagra Viagra Viagra'],
    ['V<span style="display:none">xyz</span>iagra', 'Viagra'],
    ['V<div style="display:none">xyz</div>iagra', 'Viagra'],
    ['V<font color=white>xyz</font>iagra', 'Viagra'],
    ['V&shy;iag&#8203;ra \u200bV\u00adi\u2060a', 'Viagra Via'],
    ['a<p>b</p>c<br>d<hr>e', 'a\nb\nc\nd\ne'],
    ['<div><div>a</div></div><div>b</div>', 'a\nb'],
    ['<table><tr><td>a</td><td>b<tr><td>c</table>', 'a b\nc'],
    ['<ul><li>a<li>b</ul>', 'a\nb'],
    ['a \n\t b&nbsp;&nbsp;c&#160;d', 'a b c d'],
    ['a &nbsp;<b> b</b> &nbsp; c', 'a b c'],
    ['<img alt="one &amp; two"><img src=x>three', 'one & two three'],
    ['a<img src=x>b', 'a b'],
    ['<img alt=" &amp;lt; a&shy;b\n ">c', '&lt; ab c'],
    ['&lt;b&gt; &amp;amp; &eacute; &#x20AC; &#8364; &unknown; &copy', '<b> &amp; é € € &unknown; ©'],
    ['1 < 2 <3 <> < b', '1 < 2 <3 <> < b'],
    ['a</ b>c</>d<!b>c<?d>e', 'acdce'],
    ['a<script>b</b></script>c<style>d</style>e', 'ace'],
    ['a<script>b', 'a'],
    ['a<SCRIPT type="x">b</Script >c', 'ac'],
    ['a<iframe>b</iframe>c', 'ac'],
    ['a<xmp>b<i></xmp>c', 'a\nb<i>\nc'],
    ['<textarea>a <b></textarea>c', 'a <b>c'],
    ['<input type=submit value="Buy now"><input type=text value=no>', 'Buy now'],
    ['<select><option>a<option>b</select>', 'a\nb'],
    ['a<b title="x > y">c</b>', 'ac'],
    ["a<b title='x > \" y'>c</b>", 'ac'],
    ['a<b title=x/y>c', 'ac'],
    ['a<b/>c<br/>d', 'ac\nd'],
    ['a<b title="never ends>c', 'a'],
    ['a<b', 'a'],
    ['a<o:p>b</o:p>', 'ab'],
    ['<H1>a</H1>b', 'a\nb'],
    ['a<!-- never ends <p>b', 'a'],
    ['a<!-->b<!--->c<!-- x --->d', 'abcd'],
    ['&Afr;\u{1f600}', '\u{1d504}\u{1f600}'],
  ])('%s', (html, visible) => {
    expect(htmlContent(html).visible).toBe(visible)
  })
})

describe('hidden text', () => {
  it.each([
    ['display', '<div style="display:none">x</div>'],
    ['display', '<div style="DISPLAY : None !important; color: red">x</div>'],
    ['display', '<div style="display&#58;none">x</div>'],
    ['display', '<p hidden>x</p>'],
    ['display', '<p style="opacity:0">x</p>'],
    ['display', '<p style="text-indent:-9999px">x</p>'],
    ['display', '<p style="position:absolute; left:-5000px">x</p>'],
    ['display', '<noscript>x</noscript>'],
    ['display', '<div style="display:none"><b>x</b><p></div>'],
    ['visibility', '<span style="visibility:hidden">x</span>'],
    ['visibility', '<td style="visibility:collapse">x</td>'],
    ['size', '<span style="font-size:0">x</span>'],
    ['size', '<span style="font-size:1px">x</span>'],
    ['size', '<span style="font-size:.1em">x</span>'],
    ['size', '<span style="font-size:10%"><b>x</b></span>'],
    ['size', '<span style="font:1px/1 arial">x</span>'],
    ['size', '<span style="font-size:1.5pt">x</span>'],
    ['colour', '<font color="#FFFFFF">x</font>'],
    ['colour', '<font color=white>x</font>'],
    ['colour', '<span style="color:#fefefe">x</span>'],
    ['colour', '<span style="color:rgb(250, 250,250)">x</span>'],
    ['colour', '<span style="color:transparent">x</span>'],
    ['colour', '<span style="color:rgba(0,0,0,0)">x</span>'],
    ['colour', '<td bgcolor="#000000"><font color="#010101">x</font></td>'],
    ['colour', '<body bgcolor=black text=black>x</body>'],
    ['colour', '<div style="background:#00f no-repeat;color:blue">x</div>'],
    ['colour', '<div style="background-color:navy"><font color="#000088">x</font></div>'],
    ['clip', '<div style="max-height:0;overflow:hidden">x</div>'],
    ['clip', '<div style="width:0px; overflow:hidden">x</div>'],
    ['display', '<style>.a, p.b { color:red; display:none }</style><i class="c b">x</i>'],
    ['display', '<style>/* { */ #a{display:none}</style><i id=a>x</i>'],
    ['size', '<style>.a{font-size:0}</style><p class=a>x</p>'],
  ])('%s: %s', (by, html) => {
    const content = htmlContent(`<i>a</i>${html}<i>b</i>`)
    expect(content.hidden).toBe('x')
    expect(content.visible.replace(/\s/, '')).toBe('ab')
    expect(content.facts).toContain(`html:hidden-${by}`)
  })

  it.each([
    '<div style="display:block">x</div>',
    '<span style="font-size:0"><b style="font-size:12px">x</b></span>',
    '<span style="visibility:hidden"><b style="visibility:visible">x</b></span>',
    '<span style="font-size:larger">x</span>',
    '<span style="font-size:3px">x</span>',
    '<td bgcolor=black><font color=white>x</font></td>',
    '<td background="http://a.example/b.gif"><font color=white>x</font></td>',
    '<td style="background:url(b.gif)"><font color=white>x</font></td>',
    '<style>body { background: black }</style><font color=white>x</font>',
    '<font color="#ccc">x</font>',
    '<font color="">x</font>',
    '<div style="max-height:0">x</div>',
    '<div style="height:0;width:10px">x</div>',
    '<div style="opacity:.5">x</div>',
    '<div style=";;:;display">x</div>',
    '<td bgcolor=black><a href=y>x</a></td>',
    '<div style="display:none"></div>x',
    '<p style="display:none">&nbsp;<p>x',
    '<style>@media (max-width:9px) { .a{display:none} .b{} } .c{}</style><p class=a>x</p>',
    '<style>.a{display:none} .a{display:block}</style><p class=a>x</p>',
    '<style>.a{display:none}</style><p class=a style="display:block">x</p>',
    '<style>.a b{display:none}</style><p class=a>x</p>',
    '<table><tr style="display:none"><td></table>x',
    '<font color=white></td></font>x',
  ])('is none of %s', (html) => {
    const content = htmlContent(html)
    expect(content.visible).toBe('x')
    expect(content.hidden).toBe('')
    expect(content.facts.filter((fact) => fact.startsWith('html:hidden'))).toEqual([])
  })

  it('is also what no page shows', () => {
    const content = htmlContent(
      '<title>one</title><meta name=keywords content="two&amp;"><!-- three --><!--[if mso]>no<![endif]-->four',
    )
    expect(content.visible).toBe('four')
    expect(content.hidden).toBe('one\ntwo&\nthree')
    expect(oddFacts(content)).toEqual(['html:comment', 'html:conditional', 'html-only'])
  })

  it('does not depend on wrong end tags', () => {
    expect(htmlContent('<div style="display:none">x</span></b></td></p>y</div>z')).toMatchObject({
      visible: 'z',
      hidden: 'x\ny',
    })
    expect(htmlContent('<font color=white><table><td></font>x</table>').hidden).toBe('x')
  })
})

describe('links', () => {
  it.each([
    ['<a href="http://a.example/?b&amp;c">x</a>', [{ kind: 'href', url: 'http://a.example/?b&c' }]],
    ['<area href=x>', [{ kind: 'href', url: 'x' }]],
    ['<img src="http://a.example/b.gif">', [{ kind: 'image', url: 'http://a.example/b.gif' }]],
    ['<img src="data:image/png;base64,xyz">', []],
    ['<body background="b.gif">', [{ kind: 'image', url: 'b.gif' }]],
    ['<form action="mailto:a@b">', [{ kind: 'form', url: 'mailto:a@b' }]],
    ['<iframe src="http://a.example">', [{ kind: 'href', url: 'http://a.example' }]],
    [
      '<meta http-equiv=refresh content="0; URL=http://a.example">',
      [{ kind: 'href', url: 'http://a.example' }],
    ],
    ['<a href="  ">x</a><a name=b>x</a>', []],
    ['<a href=http://a.example/b/>x</a>', [{ kind: 'href', url: 'http://a.example/b/' }]],
  ])('%s', (html, links) => {
    expect(htmlContent(html).links).toEqual(links)
  })

  const shown = (href: string, text: string) => htmlContent(`<a href="${href}">${text}</a>`).links[0]?.shown

  it.each([
    ['http://evil.example/', 'www.bank.example', 'www.bank.example'],
    ['http://evil.example/', 'https://bank.example/login', 'https://bank.example/login'],
    ['http://evil.example/', '<b>bank</b>.<i>example</i>', 'bank.example'],
    ['http://192.0.2.1/', ' bank.example ', 'bank.example'],
    ['http://bank.example@evil.example/', 'bank.example', 'bank.example'],
    ['http://click.bank.example/', 'www.bank.example', undefined],
    ['http://www.bank.co.uk/', 'www.evil.co.uk', 'www.evil.co.uk'],
    ['http://evil.example/', 'Click here. Now.', undefined],
    ['http://evil.example/', '1.5', undefined],
  ])('%s shown as %s', (href, text, expected) => {
    expect(shown(href, text)).toBe(expected)
  })

  it('end with the next anchor, and with the page', () => {
    expect(htmlContent('<a href=//a.example>b.example<a href=//c.example>d.example').links).toEqual([
      { kind: 'href', url: '//a.example', shown: 'b.example' },
      { kind: 'href', url: '//c.example', shown: 'd.example' },
    ])
  })
})

describe('elements', () => {
  it.each([
    ['<form><input name=a><input type=password>', ['html:form', 'html:input', 'html:password']],
    ['<script></script><iframe></iframe>', ['html:script', 'html:iframe']],
    ['<img src=a width=1 height=1>', ['html:pixel', 'html:image-only']],
    ['<img src=a>Click here', ['html:image-only']],
    [`<img src=a>${'word '.repeat(20)}`, []],
    ['<b onmouseover="x">a', ['html:event']],
    ['a&shy;b', ['text:zero-width']],
  ])('%s', (html, facts) => {
    expect(oddFacts(htmlContent(html))).toEqual([...facts, 'html-only'])
  })
})

describe('elements that are open', () => {
  it.each(['b', 'td', 'marquee', 'svg', 'x-y', 'noscript'])('%s ends with its end tag', (name) => {
    const hidden = `<${name} style="display:none">x<i>y</${name.toUpperCase()}>`
    expect(htmlContent(`a${hidden}${hidden}b`).visible.replace(/\s/g, '')).toBe('ab')
  })

  it('have each a kind', () => {
    const kinds = ['wbr', 'keygen', 'xmp', 'svg', 'textarea'].map((name) => elementOf(name).kind)
    expect(new Set(kinds).size).toBe(5)
    expect(Math.max(...kinds)).toBeLessThan(ELEMENT_KINDS)
  })
})
