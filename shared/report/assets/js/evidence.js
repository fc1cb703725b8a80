/* What proves and what allows: observations, event ids, statements. */

const observationIcons = { observed: "eye", "not observed": "eye-off", "not observable": "unknown" };

/** One short line, for lists. */
const seenMark = (number) => {
  const { status, count: calls, last } = tables.observations.row(number);
  const text = status === "observed" ? `observed ${calls.toLocaleString("en")}×` : status;
  const title = status === "observed" ? `Last ${time(last)}` : null;
  return el("span", { class: "seen", title }, icon(observationIcons[status]), text);
};

/** All that is known of it, for a step. */
const observation = (number) => {
  const { status, count: calls, first, last, event_ids: events, reason } = tables.observations.row(number);
  if (status === "observed") {
    const span = calls === 1 ? `once, on ${time(last)}` : `${calls.toLocaleString("en")} times between ${time(first)} and ${time(last)}`;
    return [
      el("p", {}, el("strong", {}, "Observed "), `${span}.`),
      el("p", { class: "muted" }, age(last) ? `Last seen ${age(last)}.` : ""),
      eventList(events),
    ];
  }
  if (status === "not observed") {
    return [
      el("p", {}, el("strong", {}, "Not observed "), "in the logs of the window."),
      el("p", { class: "muted" }, `The trail records such calls; the logs cover ${time(first)} to ${time(last)}. Earlier use is not excluded.`),
    ];
  }
  return [
    el("p", {}, el("strong", {}, "Not observable"), reason ? ": " : ".", reason ? prose(reason) : null),
    el("p", { class: "muted" }, "That no call is in the logs does not mean that none was made."),
  ];
};

const eventIds = (events) => el("ul", { class: "id-list" }, events.map((id) => el("li", {}, el("code", { title: id }, shown(id)), copyButton(id, "the event id"))));

const eventList = (events) =>
  events.length === 0 ? null : el("div", {}, el("p", { class: "eyebrow" }, events.length === 1 ? "CloudTrail event" : "Newest CloudTrail events"), eventIds(events));

/* IAM's own order of elements; whatever else a statement holds follows. */
const ELEMENTS = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

const inReadingOrder = (statement) => {
  if (statement === null || typeof statement !== "object" || Array.isArray(statement)) return statement;
  const keys = [...ELEMENTS.filter((key) => Object.hasOwn(statement, key)), ...Object.keys(statement).filter((key) => !ELEMENTS.includes(key))];
  return Object.fromEntries(keys.map((key) => [key, statement[key]]));
};

const JSON_TEXT = /"(?:[^"\\]|\\.)*"(\s*:)?/gu;

/** Pretty JSON with keys and texts told apart by colour. */
const prettyJson = (value) => {
  const text = JSON.stringify(value, null, 2).replace(DECEPTIVE, (c) => (c === "\n" ? c : `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}`));
  const code = el("code");
  let done = 0;
  for (const match of text.matchAll(JSON_TEXT)) {
    code.append(text.slice(done, match.index));
    code.append(el("span", { class: match[1] === undefined ? "json-text" : "json-key" }, match[0]));
    done = match.index + match[0].length;
  }
  code.append(text.slice(done));
  return el("div", { class: "json" }, el("pre", { tabindex: "0" }, code), copyButton(JSON.stringify(value, null, 2), "the JSON"));
};

const statementPlace = (statement, policy) => {
  const number = statement.of > 1 ? `statement ${statement.index + 1} of ${statement.of}` : statement.of === 1 ? "its only statement" : `statement ${statement.index + 1}`;
  const kind = policy.kind ?? "policy";
  return [kind, policy.owner ? [" of ", name(policy.owner)] : null, `, ${number}`, statement.sid ? [", Sid ", name(statement.sid)] : null];
};

const statementCard = (number, open) => {
  const statement = tables.statements.row(number);
  const policy = tables.policies.row(statement.policy);
  const body = el("div", { class: "statement-body" });
  const fill = () => {
    if (body.childNodes.length === 0) body.append(...statementBody(statement, policy));
  };
  const card = el(
    "details",
    { class: "statement", open, ontoggle: fill },
    el(
      "summary",
      {},
      el("span", { class: "statement-policy", title: policy.id }, el("span", { class: `effect-${statement.effect}` }, statement.effect), " in ", name(policy.name)),
      el("span", { class: "statement-place" }, statementPlace(statement, policy)),
    ),
    body,
  );
  if (open) fill();
  return card;
};

const statementBody = (statement, policy) => {
  const origin = el(
    "p",
    {},
    el("code", { title: policy.id }, shown(policy.id)),
    copyButton(policy.id, "the policy's id"),
    policy.version ? el("span", {}, ` version ${policy.version}`) : null,
    policy.captured_at ? el("span", {}, ` read ${time(policy.captured_at)}`) : null,
  );
  if (statement.json === null) return [el("p", {}, statement.note ?? ""), origin];
  return [prettyJson(inReadingOrder(JSON.parse(statement.json))), origin];
};

/* What grants comes before the ceilings above it, which mostly allow everything. */
const POLICY_ORDER = ["inline policy", "customer managed policy", "AWS managed policy", "trust policy", "resource-based policy", "service control policy", "resource control policy"];

const policyRank = (number) => POLICY_ORDER.indexOf(tables.policies.value("kind", tables.statements.value("policy", number)));

const statementList = (numbers, openFirst) =>
  [...numbers].sort((a, b) => policyRank(a) - policyRank(b)).map((number, place) => statementCard(number, openFirst && place === 0));

const withEffect = (numbers, effect) => numbers.filter((number) => tables.statements.value("effect", number) === effect);

