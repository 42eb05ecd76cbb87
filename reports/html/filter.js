// Filters the behaviours by verdict and text; the choice is kept in the address, so that it can be sent to somebody.
const form = document.querySelector('.filters')
const section = document.querySelector('#behaviours')
const arms = [...section.querySelectorAll('.arm')]
const address = new URLSearchParams(location.hash.startsWith('#?') ? location.hash.slice(2) : '')
form.hidden = false
form.text.value = address.get('text') ?? ''
if (address.has('verdict'))
  for (const box of form.elements.verdict) box.checked = address.get('verdict').split(',').includes(box.value)

function apply() {
  const text = form.text.value.toLowerCase()
  const wanted = [...form.elements.verdict].filter((box) => box.checked).map((box) => box.value)
  let shown = 0
  for (const arm of arms) {
    arm.hidden = !wanted.includes(arm.dataset.verdict) || !arm.dataset.text.includes(text)
    if (!arm.hidden) shown += 1
  }
  for (const group of section.querySelectorAll('.behaviour, .chapter'))
    group.hidden = !group.querySelector('.arm:not([hidden])')
  form.querySelector('output').textContent = `${shown} of ${arms.length} arms`
}

form.addEventListener('submit', (event) => event.preventDefault())
form.addEventListener('input', () => {
  apply()
  const choice = new URLSearchParams()
  if (form.text.value) choice.set('text', form.text.value)
  const wanted = [...form.elements.verdict].filter((box) => box.checked).map((box) => box.value)
  if (wanted.length < form.elements.verdict.length) choice.set('verdict', wanted.join(','))
  history.replaceState(null, '', [...choice].length > 0 ? `#?${choice}` : location.pathname)
})
apply()
