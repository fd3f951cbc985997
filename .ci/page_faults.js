// Faults of the page that is open, as a list of sentences. `smallest`: the least size of text in drawings, in CSS px.
async (smallest) => {
  const faults = [];
  const fault = (text) => faults.push(text);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const short = (text) => {
    const words = text.trim().replace(/\s+/g, " ");
    return words.length > 40 ? words.slice(0, 39) + "…" : words;
  };
  const ownText = (element) =>
    [...element.childNodes]
      .filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.data)
      .join(" ")
      .trim();
  const named = (element) => {
    const id = element.id ? "#" + element.id : "";
    const about = element.getAttribute("aria-label") || element.getAttribute("alt") || element.textContent;
    return `<${element.localName}${id}> “${short(about)}”`;
  };

  const checkHead = () => {
    if (!document.documentElement.lang.trim()) fault("<html> has no lang");
    if (!document.title.trim()) fault("there is no title");
    const viewport = document.querySelector("meta[name=viewport]");
    if (!viewport || !/width\s*=\s*device-width/.test(viewport.content)) {
      fault("there is no meta viewport of the width of the device");
    }
    const headings = all("h1").length;
    if (headings !== 1) fault(`there are ${headings} h1, not one`);
  };

  const checkLinks = () => {
    const seen = new Set();
    const twice = new Set();
    for (const { id } of all("[id]")) (seen.has(id) ? twice : seen).add(id);
    for (const id of twice) fault(`the id “${id}” is there more than once`);
    const here = document.URL.split("#")[0];
    for (const link of all("a[href], area[href]")) {
      if (link.href.split("#")[0] !== here || !link.hash) continue;
      const anchor = decodeURIComponent(link.hash.slice(1));
      const found = document.getElementById(anchor) || document.getElementsByName(anchor).length;
      if (found || anchor.toLowerCase() === "top") continue;
      fault(`the link “${short(link.textContent)}” leads to #${anchor}, which is not there`);
    }
  };

  const checkSidewaysScroll = (when) => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return false;
    const inScroller = (element) => {
      for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== "visible") return true;
      }
      return false;
    };
    const right = (element) => element.getBoundingClientRect().right;
    const out = all("body *").filter((element) => right(element) > clientWidth + 1 && !inScroller(element));
    const widest = out.reduce((best, element) => (!best || right(element) > right(best) ? element : best), null);
    const reason = widest ? ", because of " + named(widest) : "";
    fault(`the page scrolls sideways${when}: ${scrollWidth} px of ${clientWidth}${reason}`);
    return true;
  };

  const isDecoration = (element) =>
    element.closest("[aria-hidden=true]") !== null || ["none", "presentation"].includes(element.getAttribute("role"));
  const checkFigures = async () => {
    for (const image of all("img")) {
      image.loading = "eager";
      await image.decode().catch(() => {});
      if (image.naturalWidth === 0) fault(`the image ${named(image)} was not decoded`);
      if (!isDecoration(image) && !image.alt.trim()) fault(`the image ${short(image.src)} has no text alternative`);
    }
    for (const drawing of all("svg")) {
      if (drawing.parentElement.closest("svg") || isDecoration(drawing)) continue;
      const labels = (drawing.getAttribute("aria-labelledby") || "").split(/\s+/).map((id) => document.getElementById(id));
      const texts = [drawing.querySelector(":scope > title"), ...labels].map((element) => element?.textContent);
      texts.push(drawing.getAttribute("aria-label"));
      if (!texts.some((text) => text?.trim())) fault(`the drawing ${named(drawing)} has no text alternative`);
    }
    for (const figure of all("figure")) {
      if (figure.getBoundingClientRect().height < 1) fault(`${named(figure)} has no height`);
      if (!figure.querySelector(":scope > figcaption")?.textContent.trim()) fault(`${named(figure)} has no caption`);
    }
  };

  const checkDrawnText = () => {
    for (const text of all("svg text")) {
      if (!text.textContent.trim() || !text.checkVisibility({ visibilityProperty: true })) continue;
      let drawing = text.ownerSVGElement;
      while (drawing.ownerSVGElement) drawing = drawing.ownerSVGElement;
      const name = `“${short(text.textContent)}” of the drawing ${named(drawing)}`;
      const { a, b, c, d } = text.getScreenCTM();
      const scale = Math.min(Math.hypot(a, b), Math.hypot(c, d));
      const parts = [text, ...text.querySelectorAll("tspan, textPath")].filter(ownText);
      const size = Math.min(...parts.map((part) => scale * parseFloat(getComputedStyle(part).fontSize)));
      if (size < smallest) fault(`text too small: ${size.toFixed(1)} px of at least ${smallest}, ${name}`);
      const inner = text.getBoundingClientRect();
      const outer = drawing.getBoundingClientRect();
      const beyond = {
        left: outer.left - inner.left,
        right: inner.right - outer.right,
        top: outer.top - inner.top,
        bottom: inner.bottom - outer.bottom,
      };
      for (const [side, length] of Object.entries(beyond)) {
        if (length > 1) fault(`text reaches outside its drawing: ${length.toFixed(1)} px beyond its ${side}, ${name}`);
      }
    }
  };

  // Colours are mixed by painting them one over the other, so that every notation of CSS is understood.
  const painter = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const painted = (layers) => {
    painter.clearRect(0, 0, 1, 1);
    for (const [colour, opacity] of layers) {
      painter.globalAlpha = opacity;
      painter.fillStyle = colour;
      painter.fillRect(0, 0, 1, 1);
    }
    return painter.getImageData(0, 0, 1, 1).data;
  };
  const luminance = (pixel) => {
    const linear = (value) => (value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    const [red, green, blue] = [...pixel].map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const canvasColour = () => {
    const probe = document.createElement("div");
    probe.style.backgroundColor = "Canvas";
    document.body.append(probe);
    const colour = getComputedStyle(probe).backgroundColor;
    probe.remove();
    return colour;
  };
  const checkContrast = () => {
    const bottom = canvasColour();
    const known = new Map();
    const faint = new Map();
    for (const element of all("body *")) {
      if (element.closest("svg, script, style, noscript, template") || !ownText(element)) continue;
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      let opacity = 1;
      const backgrounds = [];
      for (let up = element; up; up = up.parentElement) {
        const style = getComputedStyle(up);
        opacity *= Number(style.opacity);
        const cover = painted([[style.backgroundColor, 1]])[3];
        if (cover > 0) backgrounds.unshift([style.backgroundColor, 1]);
        if (cover === 255) break;
      }
      backgrounds.unshift([bottom, 1]);
      const layers = [...backgrounds, [getComputedStyle(element).color, opacity]];
      const key = JSON.stringify(layers);
      if (!known.has(key)) {
        const [low, high] = [luminance(painted(backgrounds)), luminance(painted(layers))].sort((x, y) => x - y);
        known.set(key, (high + 0.05) / (low + 0.05));
      }
      if (known.get(key) < 4.5) faint.set(key, [...(faint.get(key) || []), element]);
    }
    for (const [key, elements] of faint) {
      const contrast = known.get(key).toFixed(2);
      fault(`contrast too low: ${contrast} of at least 4.5, ${elements.length} elements, the first ${named(elements[0])}`);
    }
  };

  await document.fonts.ready;
  checkHead();
  checkLinks();
  const scrollsSideways = checkSidewaysScroll("");
  // what is folded away is looked at too
  const folded = all("details:not([open])");
  for (const details of folded) details.open = true;
  await checkFigures();
  checkDrawnText();
  checkContrast();
  if (!scrollsSideways) checkSidewaysScroll(" with all details open");
  for (const details of folded) details.open = false;
  scrollTo(0, 0);
  return faults;
}
