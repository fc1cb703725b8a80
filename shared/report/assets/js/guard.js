/* Counts what goes wrong, so that a test, or a reader who looks, can see that nothing did. */
const root = document.documentElement;
root.dataset.errors = "0";

const countError = () => {
  root.dataset.errors = String(Number(root.dataset.errors) + 1);
};
window.addEventListener("error", countError);
window.addEventListener("unhandledrejection", countError);
document.addEventListener("securitypolicyviolation", countError);

