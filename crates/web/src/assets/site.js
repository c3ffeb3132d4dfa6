// What makes pages better where scripts run: each module finds its own marks and leaves the rest alone.
import { filters } from "./filters.js";
import { drawer } from "./drawer.js";
import { live } from "./live.js";
import { drafts } from "./drafts.js";
import { copies } from "./copy.js";
import { tips } from "./tips.js";
import { progress, suggest } from "./suggest.js";
import { drop } from "./drop.js";
import { grid } from "./grid.js";
import { lazy } from "./lazy.js";
import { refresh } from "./refresh.js";
import { fieldOut } from "./field-out.js";
import { size } from "./size.js";

document.documentElement.classList.add("has-script");
filters(document);
drawer(document);
drafts(document);
copies(document);
tips(document);
suggest(document);
progress(document);
drop(document);
grid(document);
lazy(document);
refresh(document);
fieldOut(document);
size(document);
live((fresh) => {
  filters(fresh);
  copies(fresh);
  suggest(fresh);
  lazy(fresh);
});

// A refused form: the eye and the screen reader start where it is told.
document.getElementById("problems")?.focus();
