// One component, two tabs: what is not this tab's goes, then its script starts.
const { mode } = props.value;
for (const part of element.querySelectorAll(".gx")) {
  if (part.dataset.mode !== mode) part.remove();
}
const startTab = mode === "explore" ? startExplore : startWalk;
startTab(element.querySelector(".gx"), server);
