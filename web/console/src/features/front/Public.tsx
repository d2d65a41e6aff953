import { useDocumentTitle } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Preferences } from "~/app/Menus";
import { Logo } from "~/app/Shell";
import "./front.css";

/** The frame of the pages that need no sign-in. */
export function Public({ title, children, end }: { title?: string; children: ReactNode; end?: ReactNode }) {
  useDocumentTitle(title ? `${title} · Signet` : "Signet");
  return (
    <div className="public">
      <header className="public-top">
        <Link to="/" className="top-logo">
          <Logo />
        </Link>
        <div className="top-end">
          <Preferences />
          {end}
        </div>
      </header>
      <main id="content">{children}</main>
    </div>
  );
}
