"""The pages that a person sees while signing in: plain HTML, a name to choose, no password."""

from collections.abc import Iterable, Mapping
from html import escape

from deepday_sandbox.office.people import Worker

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>
{content}
</body></html>
"""


def page(title: str, content: str = "") -> str:
    """Return a page. ``content`` is HTML."""
    return _PAGE.format(title=escape(title), content=content)


def _hidden(fields: Mapping[str, str]) -> str:
    return "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )


def _people(people: Iterable[Worker]) -> str:
    options = "".join(f'<option value="{escape(one.email)}">{escape(one.name)}</option>' for one in people)
    return f'<label>Account <select name="email">{options}</select></label>'


_BUTTONS = (
    '<button name="decision" value="accept">Accept</button> <button name="decision" value="decline">Cancel</button>'
)


def sign_in(action: str, app: str, scopes: Iterable[str], people: Iterable[Worker], fields: Mapping[str, str]) -> str:
    """Return the page that asks who signs in, and whether the app may have these permissions."""
    wanted = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    content = f"""<p>{escape(app)} asks for:</p><ul>{wanted}</ul>
<form method="post" action="{escape(action)}">
{_hidden(fields)}
{_people(people)}
{_BUTTONS}
</form>"""
    return page("Sign in", content)


def device(people: Iterable[Worker], code: str = "") -> str:
    """Return the page that asks for the code that a device shows."""
    content = f"""<form method="post" action="/devicelogin">
<label>Code <input name="code" value="{escape(code)}" autocomplete="off"></label>
{_people(people)}
{_BUTTONS}
</form>"""
    return page("Enter code", content)


def post_back(address: str, fields: Mapping[str, str]) -> str:
    """Return the page that carries an answer back by a form of its own (``response_mode=form_post``)."""
    content = f"""<form method="post" action="{escape(address)}">
{_hidden(fields)}
<button>Continue</button></form><script>document.forms[0].submit()</script>"""
    return page("Working...", content)
