// Marks in the rail the section that is being read.

function mark(link) {
  const rail = link.closest(".rail");
  rail.querySelector("[aria-current]")?.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  if (!rail.matches(":hover")) rail.scrollTop = link.offsetTop - rail.clientHeight / 2;
}

export function startSections() {
  const links = new Map();
  for (const link of document.querySelectorAll("[data-section-link]")) {
    const section = document.getElementById(link.hash.slice(1));
    if (section) links.set(section, link);
  }
  const first = [...links.values()];
  if (first.length) mark(first.find((link) => link.hash === location.hash) ?? first[0]);
  // The line under the sticky header: whichever section crosses it is being read.
  const observer = new IntersectionObserver(
    (entries) => entries.forEach((entry) => entry.isIntersecting && mark(links.get(entry.target))),
    { rootMargin: "-25% 0px -74% 0px" },
  );
  links.forEach((_, section) => observer.observe(section));
}
