// Tells the terminal where its socket is: beside this page, whatever address a reverse proxy has given it.
// The terminal measures its font when it starts, so that it has to wait until the font is there.
"use strict";

const terminal = document.getElementById("terminal");
const socket = new URL("ws", location.href);
socket.protocol = socket.protocol.replace("http", "ws");
socket.search = "";
terminal.dataset.sessionWebsocketUrl = socket.href;

document.getElementById("again").addEventListener("click", () => location.reload());

const start = window.onload;
window.onload = (event) => {
  const size = terminal.dataset.fontSize;
  const fonts = ["", "bold ", "italic "].map((style) => document.fonts.load(`${style}${size}px "Roboto Mono"`));
  Promise.allSettled(fonts).then(() => {
    start(event);
    terminal.querySelector("textarea")?.focus();
  });
};
