"""From the bytes of a file to its text, one format a file; each library is imported when first needed.

extracted.py  what a reader gives back
pdf.py        .pdf, with where its pages start
docx.py       .docx, headings and tables kept as Markdown
html.py       .html: the article in it, without menus and adverts
web.py        an http(s) address -> its bytes and what they are
"""
