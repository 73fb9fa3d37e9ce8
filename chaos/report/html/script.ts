/**
 * Shows one trial at a time, chosen by the address's fragment. Without it every trial is shown, one
 * below the other, and the links still lead to them.
 */
export const SCRIPT = `
(() => {
  const trials = [...document.querySelectorAll(".trial")];
  const links = [...document.querySelectorAll(".switcher a")];
  const fallback = document.querySelector(".switcher")?.dataset.first;
  const show = (scroll) => {
    const wanted = trials.find((trial) => "#" + trial.id === location.hash);
    const shown = wanted ?? trials.find((trial) => trial.id === fallback) ?? trials[0];
    for (const trial of trials) trial.hidden = trial !== shown;
    // On a narrow screen, begin a little before the fault.
    for (const box of shown.querySelectorAll(".lanes")) box.scrollLeft = Number(box.dataset.fault) - 70;
    for (const link of links) {
      if (link.hash === "#" + shown.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (scroll && wanted) document.querySelector("#timeline").scrollIntoView({ block: "start" });
  };
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", link.hash);
      show(false);
    });
  }
  addEventListener("hashchange", () => show(true));
  if (trials.length > 0) show(true);
})();
`;
