// Shipping: the scanner is a keyboard, so its field has the focus again after every scan; right and wrong sound apart.
(() => {
  const field = () => document.querySelector("[data-scan]");
  const sound = (pitch, seconds) => {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) return;
    const context = new Context();
    const tone = context.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + seconds);
    tone.onended = () => context.close();
  };
  const ready = () => {
    const note = document.querySelector("[data-sound]");
    if (note && !note.dataset.heard) {
      note.dataset.heard = "1";
      if (note.dataset.sound === "bad") sound(180, 0.5);
      else sound(880, 0.08);
    }
    const weight = document.querySelector("[data-weight]");
    const wanted = document.getElementById("weight-0");
    if (weight && wanted && !wanted.value) wanted.value = weight.dataset.weight;
    if (field()) field().focus();
    else if (wanted && !wanted.value) wanted.focus();
  };
  document.addEventListener("htmx:after:swap", ready);
  document.addEventListener("keydown", (event) => {
    // A scanner ends with Enter: in the field of the tracking number that must not close the parcel.
    if (event.key === "Enter" && event.target.matches("[data-stay]")) event.preventDefault();
  });
})();
