import { startControls } from "./controls.js";
import { startGuard } from "./guard.js";
import { startRequests } from "./requests.js";
import { startSections } from "./sections.js";
import { startToasts } from "./toast.js";

startToasts();
startRequests();
startGuard();
startControls();
startSections();
