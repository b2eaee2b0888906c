// A long log is verified in steps: the page goes on by itself, and without scripts by its button.

document.getElementById("audit-goes-on").requestSubmit();
