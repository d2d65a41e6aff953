import { api, type Schemas, take, takeTagged } from "~/api/client";
import { mergePatch } from "~/ui/fields";

export type Service = Schemas["Service"];

export const formOf = (service?: Service) => ({
  name: service?.name ?? "",
  audience: service?.audience ?? "",
  scopes: service?.scopes ?? [],
  client_ids: service?.client_ids ?? [],
});

/** What the form holds beside the API itself. */
export interface Values extends ReturnType<typeof formOf> {
  /** Scopes that are made with the API. */
  fresh: { name: string; description: string }[];
  /** Applications that may ask for its scopes from now on. */
  askers: string[];
}

const freshOf = (values: Values) =>
  values.fresh.map(({ name, description }) => ({ name: name.trim(), description })).filter(({ name }) => name !== "");

/** The API as the form wants it; a scope that there is not yet is made with it. */
export function bodyOf(values: Values) {
  const { fresh: _, askers: __, ...body } = values;
  return { ...body, scopes: [...new Set([...body.scopes, ...freshOf(values).map(({ name }) => name)])] };
}

/** What an application may ask for once these scopes are among it. */
export const withScopes = (scope: string, more: string[]) =>
  [...new Set([...scope.split(" ").filter(Boolean), ...more])].join(" ");

/**
 * Makes or changes the API, describes the scopes that came with it, and lets
 * applications ask for them. kept is told of the API as soon as it is there, so
 * that whoever tries again after a failure does not make another.
 */
export async function save(
  path: { tid: string; aid: string },
  service: Service | undefined,
  values: Values,
  kept: (service: Service) => void,
) {
  const wanted = bodyOf(values);
  const saved = service
    ? await take(
        api.PATCH("/tenants/{tid}/workspaces/{aid}/services/{service_id}", {
          params: { path: { ...path, service_id: service.service_id } },
          body: mergePatch(formOf(service), wanted),
        }),
      )
    : await take(api.POST("/tenants/{tid}/workspaces/{aid}/services", { params: { path }, body: wanted }));
  kept(saved);
  for (const { name, description } of freshOf(values)) {
    if (description) {
      await take(
        api.PATCH("/tenants/{tid}/workspaces/{aid}/scopes/{name}", {
          params: { path: { ...path, name } },
          body: { description },
        }),
      );
    }
  }
  for (const client_id of values.askers) {
    const one = "/tenants/{tid}/workspaces/{aid}/clients/{client_id}";
    const params = { path: { ...path, client_id } };
    const { value, etag } = await takeTagged(api.GET(one, { params }));
    await take(
      api.PATCH(one, {
        params: { ...params, header: { "If-Match": etag } },
        body: { scope: withScopes(value.scope, saved.scopes) },
      }),
    );
  }
}
