// Connecting an account: copies the address that another site wants, and comes back from there without delay,
// since some networks take the code for half a minute only. Without script both are done by hand.

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.querySelector("span").textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
    }
  });
}

document.querySelector("[data-goes-on]")?.requestSubmit();
