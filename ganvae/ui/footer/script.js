// As text, never as HTML: a repository's name and a server's answer are in it.

export function mount({ element, props }) {
  element.querySelector(".foot").textContent = props.value.note;
}
