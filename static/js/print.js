/*
 * print.js: the button that prints the page, and the running head of its sheets.
 *
 * A margin box of @page has no text of the document, but it inherits from the
 * root element.
 */
const head = document.querySelector('[data-running-head]');
const button = document.querySelector('[data-print]');

document.documentElement.style.setProperty('--running-head', JSON.stringify(head.dataset.runningHead));
button.hidden = false;
button.addEventListener('click', () => print());
