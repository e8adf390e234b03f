// What word processors put on the clipboard, reduced to what a note is made of: paragraphs, lists, line breaks.
const GONE = "style,script,meta,link,title,head > *,xml,o\\:p,img,svg,object,iframe,del,[hidden]";
const BULLET = /^[\s ]*([·•▪§o–-]|[0-9]{1,3}[.)]|[a-z][.)])[\s ]+/i;

function dropComments(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const comments = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  comments.forEach((comment) => comment.remove());
}

const isWordItem = (node) => /mso-list/i.test(node.getAttribute("style") ?? "") || /MsoListParagraph/i.test(node.className);

// Word writes the items of a list as paragraphs, with the bullet as text.
function wordLists(root) {
  for (const paragraph of [...root.querySelectorAll("p")].filter(isWordItem)) {
    paragraph.querySelectorAll('[style*="mso-list:Ignore" i], [style*="mso-list: Ignore" i]').forEach((mark) => {
      paragraph.dataset.mark = mark.textContent.trim();
      mark.remove();
    });
    const mark = paragraph.dataset.mark ?? BULLET.exec(paragraph.textContent)?.[1] ?? "·";
    const kind = /^[0-9]/.test(mark) ? "ol" : "ul";
    const before = paragraph.previousElementSibling;
    const list = before?.dataset.list === kind ? before : document.createElement(kind);
    if (list !== before) {
      list.dataset.list = kind;
      paragraph.before(list);
    }
    const item = list.appendChild(document.createElement("li"));
    item.append(paragraph);
    const text = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT).nextNode();
    if (text && !paragraph.dataset.mark) text.textContent = text.textContent.replace(BULLET, "");
  }
}

// A row of a table becomes a line with its cells beside each other.
function tableRows(root) {
  for (const table of root.querySelectorAll("table")) {
    for (const row of table.querySelectorAll("tr")) {
      const line = document.createElement("p");
      line.textContent = [...row.cells].map((cell) => cell.textContent.replace(/\s+/g, " ").trim()).join(" | ");
      table.before(line);
    }
    table.remove();
  }
}

export function cleaned(html) {
  const page = new DOMParser().parseFromString(html.replace(/ /g, " ").replace(/&nbsp;/g, " "), "text/html");
  dropComments(page);
  page.querySelectorAll(GONE).forEach((node) => node.remove());
  wordLists(page.body);
  tableRows(page.body);
  page.body.querySelectorAll("*").forEach((node) => [...node.attributes].forEach(({ name }) => node.removeAttribute(name)));
  return page.body.innerHTML;
}
