// A form that the browser itself sends: files go by plain HTTP, never over the socket.
import { createElement } from "react";

export function UploadForm({ action, children, ...rest }) {
  return createElement("form", { ...rest, action, method: "post", encType: "multipart/form-data" }, children);
}
