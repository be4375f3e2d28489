// The tree of event types: a family stands for all its kinds, and is half ticked where only some of them are.

function families(form) {
  return [...form.querySelectorAll(".family")].map((item) => {
    const [whole, ...kinds] = item.querySelectorAll("input[name=type]");
    return { whole, kinds };
  });
}

// Returns the shortest list of types that says what is ticked.
export function askedTypes(form) {
  const ticked = families(form).flatMap(({ whole, kinds }) =>
    whole.checked ? [whole] : kinds.filter(({ checked }) => checked),
  );
  return ticked.map(({ value }) => value);
}

export function showTypes(form, types) {
  for (const { whole, kinds } of families(form)) {
    const all = types.includes(whole.value);
    for (const kind of kinds) kind.checked = all || types.includes(kind.value);
    settle(whole, kinds, all);
  }
}

// Brings a family and its kinds into line after one of them was ticked by hand.
export function settleTypes(form, changed) {
  for (const { whole, kinds } of families(form)) {
    if (changed === whole) for (const kind of kinds) kind.checked = whole.checked;
    if (kinds.includes(changed)) settle(whole, kinds, false);
  }
}

function settle(whole, kinds, all) {
  const ticked = kinds.filter(({ checked }) => checked).length;
  whole.checked = all || (kinds.length > 0 && ticked === kinds.length);
  whole.indeterminate = !whole.checked && ticked > 0;
}
