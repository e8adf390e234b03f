"""Every colour, size and distance of the interface: one table, light and dark side by side.

`tokens_css` is what a browser needs outside of React (sign-in, ticket); `tailwind_css` is the entry sheet of the
compiled screens. Both are made from the same rows, so that a colour cannot drift.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """One colour by its meaning, `light` and `dark` as `#rrggbb`."""

    name: str
    light: str
    dark: str


COLOURS = (
    Colour("ground", "#f3f5f7", "#10161c"),
    Colour("surface", "#ffffff", "#18212a"),
    Colour("sunken", "#e9edf1", "#222d38"),
    Colour("line", "#d6dce2", "#313e4b"),
    Colour("line-strong", "#76828e", "#7c8c9c"),
    Colour("text", "#17212b", "#e8edf2"),
    Colour("muted", "#4d5a67", "#a9b6c2"),
    Colour("accent", "#0c6765", "#43bdb4"),
    Colour("accent-strong", "#084f4e", "#6fd3ca"),
    Colour("accent-soft", "#dbeeec", "#123b39"),
    Colour("accent-text", "#0a5e5c", "#66d0c7"),
    Colour("on-accent", "#ffffff", "#05201f"),
    Colour("done", "#1c7a40", "#5cc584"),
    Colour("done-soft", "#dff2e5", "#14331f"),
    Colour("done-text", "#13602f", "#8bdcaa"),
    Colour("wait", "#996300", "#e2ab3c"),
    Colour("wait-soft", "#fcefcf", "#3a2c0e"),
    Colour("wait-text", "#734a00", "#f3ca70"),
    Colour("danger", "#b3261e", "#f0736a"),
    Colour("danger-soft", "#fbe5e3", "#461b1a"),
    Colour("danger-text", "#98190f", "#ffa29a"),
    Colour("on-danger", "#ffffff", "#2b0705"),
    Colour("info", "#1b62ad", "#6caff3"),
    Colour("info-soft", "#e1edf9", "#15304d"),
    Colour("info-text", "#154f8d", "#a0cbf8"),
    Colour("ear-right", "#c41450", "#ff7ba3"),
    Colour("ear-right-soft", "#fde4ec", "#4a1830"),
    Colour("ear-right-text", "#a30f41", "#ffa6c1"),
    Colour("ear-left", "#3a45c4", "#98a4ff"),
    Colour("ear-left-soft", "#e5e7fb", "#252b5c"),
    Colour("ear-left-text", "#2f39a8", "#bcc4ff"),
    Colour("visit-1", "#d8eeec", "#173b39"),
    Colour("visit-2", "#e2efd3", "#2a3b18"),
    Colour("visit-3", "#fae8cd", "#43311a"),
    Colour("visit-4", "#dfe8fb", "#1d3052"),
    Colour("visit-5", "#f9e0e7", "#471f2d"),
    Colour("visit-6", "#ebe2f8", "#342450"),
    Colour("visit-7", "#f4ecc6", "#3b3616"),
    Colour("visit-8", "#e3e7eb", "#2d3742"),
)

TEXT_SIZES = (12, 13, 14, 16, 20, 28, 40)
"""Pixels at 100 % zoom; written in rem, so that the reader's own size counts."""
HEADING_SIZES = (20, 28, 40)
SCREEN_WIDTHS = {"sm": 640, "md": 768, "lg": 1024, "xl": 1280, "2xl": 1536}

TABLET = "(width < 64rem) or ((pointer: coarse) and (width < 90rem))"
NARROW = "html:not([data-rail=open])"
VARIANTS = (
    "@custom-variant dark (&:where(.dark, .dark *));",
    f"@custom-variant tablet {{ @media {TABLET} {{ @slot; }} }}",
    f"@custom-variant desk {{ @media not ({TABLET}) {{ @slot; }} }}",
    "@custom-variant rail-open (&:where([data-rail=open] *));",
    f"@custom-variant rail-narrow {{ &:where({NARROW} *) {{ @slot; }} @media {TABLET} {{ @slot; }} }}",
)

FONT_FACE = """@font-face {
  font-family: "Atkinson Hyperlegible Next";
  src: url("/fonts/atkinson-hyperlegible-next.woff2") format("woff2");
  font-weight: 200 800;
  font-display: swap;
}"""

MEASURES = """:root {
  --control: 2.25rem;
  --row: 2.5rem;
  --rail: 4rem;
  --rail-open: 13.75rem;
  --radius-control: 6px;
  --radius-card: 10px;
  --font: "Atkinson Hyperlegible Next", system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
@media (pointer: coarse) {
  :root { --control: 2.875rem; --row: 3.25rem; }
}"""

BASE = """html { color-scheme: light; background: var(--ground); scroll-padding: 8rem 0 5rem; }
html.dark { color-scheme: dark; }
body {
  margin: 0; min-height: 100dvh; background: var(--ground); color: var(--text);
  font-family: var(--font); font-size: 0.875rem; line-height: 1.45;
  -webkit-text-size-adjust: 100%; text-rendering: optimizeLegibility;
}
h1, h2, h3 { line-height: 1.2; text-wrap: balance; }
button, input, select, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button, summary, [role="button"], select { cursor: pointer; }
:disabled { cursor: not-allowed; }
a { color: inherit; }
::placeholder { color: var(--muted); opacity: 1; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
dialog { color: inherit; }
dialog::backdrop { background: rgb(8 14 20 / 0.5); }
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important; scroll-behavior: auto !important; }
}"""

PRINT = """@page { size: A5 portrait; margin: 12mm; }
@page a4 { size: A4 portrait; margin: 12mm; }
@media print {
  body:has([data-paper="a4"]) { page: a4; }
  html, html.dark, body { background: #fff; color: #000; color-scheme: light; }
  [data-screen-only], nav, dialog { display: none !important; }
  a { text-decoration: none; }
  tr, figure, [data-keep] { break-inside: avoid; }
}"""


def _column(theme: str) -> str:
    return "\n".join(f"  --{colour.name}: {getattr(colour, theme)};" for colour in COLOURS)


def variables_css() -> str:
    """Custom properties: light, dark by the switch, dark by the system before anybody chose."""
    return (
        f":root {{\n{_column('light')}\n}}\n"
        f":root.dark {{\n{_column('dark')}\n}}\n"
        f"@media (prefers-color-scheme: dark) {{\n:root:not(.light):not(.dark) {{\n{_column('dark')}\n}}\n}}\n"
        f"{MEASURES}"
    )


def tokens_css() -> str:
    """The sheet of pages outside React: font, variables, base, print."""
    made = "/* Written from components/ui/tokens.py. */"
    return f"{made}\n\n{FONT_FACE}\n\n{variables_css()}\n\n{BASE}\n\n{PRINT}\n"


def theme_css() -> str:
    """Our tokens as Tailwind's theme; its own palette and scale are not imported at all."""
    colours = [f"  --color-{colour.name}: var(--{colour.name});" for colour in COLOURS]
    sizes = [
        f"  --text-{size}: {size / 16:g}rem;\n  --text-{size}--line-height: {1.2 if size in HEADING_SIZES else 1.45};"
        for size in TEXT_SIZES
    ]
    widths = [f"  --breakpoint-{name}: {width / 16:g}rem;" for name, width in SCREEN_WIDTHS.items()]
    others = """  --color-transparent: transparent;
  --color-current: currentColor;
  --color-white: #fff;
  --color-black: #000;
  --spacing: 0.25rem;
  --spacing-control: var(--control);
  --spacing-row: var(--row);
  --spacing-rail: var(--rail);
  --spacing-rail-open: var(--rail-open);
  --radius-control: 6px;
  --radius-card: 10px;
  --font-sans: var(--font);
  --font-weight-normal: 400;
  --font-weight-medium: 500;
  --font-weight-semibold: 600;
  --font-weight-bold: 700;
  --shadow-float: 0 8px 28px rgb(8 14 20 / 0.22);
  --leading-text: 1.45;
  --leading-heading: 1.2;
  --default-transition-duration: 120ms;
  --default-transition-timing-function: ease-out;
  --default-font-family: var(--font);"""
    return "\n".join(("@theme inline {", *colours, *sizes, *widths, others, "}"))


def tailwind_css() -> str:
    """The entry sheet of the compiled screens."""
    return "\n".join(
        (
            "@layer theme, base, components, utilities;",
            '@import "tailwindcss/preflight.css" layer(base);',
            '@import "tailwindcss/utilities.css" layer(utilities) source(none);',
            '@source "../app";',
            '@source "../app_components";',
            '@source "../utils/components";',
            '@source "../public/external";',
            *VARIANTS,
            FONT_FACE,
            theme_css(),
            variables_css(),
            f"@layer base {{\n{BASE}\n}}",
            PRINT,
            "",
        )
    )
