import { startControls } from "./controls.js";
import { startEvidence } from "./evidence.js";
import { startFocus } from "./focus.js";
import { startGuard } from "./guard.js";
import { startRequests } from "./requests.js";
import { startRows } from "./rows.js";
import { startSelection } from "./selection.js";
import { startSections } from "./sections.js";
import { startToasts } from "./toast.js";

startToasts();
startRequests();
startGuard();
startControls();
startFocus();
startRows();
startSelection();
startSections();
startEvidence();
