// A file that the server would refuse for its size is told before it is sent: half a gigabyte takes minutes.
export function size(root) {
  for (const field of root.querySelectorAll("input[type=file][data-most]")) {
    field.addEventListener("change", () => {
      const isTooLarge = [...field.files].some((file) => file.size > Number(field.dataset.most));
      field.setCustomValidity(isTooLarge ? field.dataset.tooLarge : "");
      field.reportValidity();
    });
  }
}
