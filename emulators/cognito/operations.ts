import { changePassword } from './account/change-password.ts';
import { listDevices } from './account/devices.ts';
import { confirmForgotPassword, forgotPassword } from './account/forgot-password.ts';
import {
  deleteUser,
  deleteUserAttributes,
  getUser,
  getUserAttributeVerificationCode,
  updateUserAttributes,
  verifyUserAttribute,
} from './account/profile.ts';
import { globalSignOut } from './account/sign-out.ts';
import { confirmSignUp, resendConfirmationCode, signUp } from './account/sign-up.ts';
import {
  associateSoftwareToken,
  setUserMfaPreference,
  verifySoftwareToken,
} from './account/software-token.ts';
import { adminCreateUser, adminSetUserPassword } from './admin/create-user.ts';
import { describeUserPool, describeUserPoolClient } from './admin/describe.ts';
import {
  adminAddUserToGroup,
  adminListGroupsForUser,
  adminRemoveUserFromGroup,
  listGroups,
  listUsersInGroup,
} from './admin/groups.ts';
import { listUsers } from './admin/list-users.ts';
import {
  adminConfirmSignUp,
  adminDeleteUser,
  adminDisableUser,
  adminEnableUser,
  adminGetUser,
  adminResetUserPassword,
  adminUpdateUserAttributes,
  adminUserGlobalSignOut,
} from './admin/manage-user.ts';
import {
  adminInitiateAuth,
  getTokensFromRefreshToken,
  initiateAuth,
  revokeToken,
} from './auth/initiate-auth.ts';
import {
  adminRespondToAuthChallenge,
  respondToAuthChallenge,
} from './auth/respond-to-auth-challenge.ts';
import { getCredentialsForIdentity, getId } from './identity/identity-pool.ts';
import type { Operation } from './protocol/operation.ts';

/** Calls that anybody may make, by the name in `X-Amz-Target`. */
export const publicOperations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    'AWSCognitoIdentityProviderService.AssociateSoftwareToken': associateSoftwareToken,
    'AWSCognitoIdentityProviderService.ChangePassword': changePassword,
    'AWSCognitoIdentityProviderService.ConfirmForgotPassword': confirmForgotPassword,
    'AWSCognitoIdentityProviderService.ConfirmSignUp': confirmSignUp,
    'AWSCognitoIdentityProviderService.DeleteUser': deleteUser,
    'AWSCognitoIdentityProviderService.DeleteUserAttributes': deleteUserAttributes,
    'AWSCognitoIdentityProviderService.ForgotPassword': forgotPassword,
    'AWSCognitoIdentityProviderService.GetTokensFromRefreshToken': getTokensFromRefreshToken,
    'AWSCognitoIdentityProviderService.GetUser': getUser,
    'AWSCognitoIdentityProviderService.GetUserAttributeVerificationCode':
      getUserAttributeVerificationCode,
    'AWSCognitoIdentityProviderService.GlobalSignOut': globalSignOut,
    'AWSCognitoIdentityProviderService.InitiateAuth': initiateAuth,
    'AWSCognitoIdentityProviderService.ListDevices': listDevices,
    'AWSCognitoIdentityProviderService.ResendConfirmationCode': resendConfirmationCode,
    'AWSCognitoIdentityProviderService.RespondToAuthChallenge': respondToAuthChallenge,
    'AWSCognitoIdentityProviderService.RevokeToken': revokeToken,
    'AWSCognitoIdentityProviderService.SetUserMFAPreference': setUserMfaPreference,
    'AWSCognitoIdentityProviderService.SignUp': signUp,
    'AWSCognitoIdentityProviderService.UpdateUserAttributes': updateUserAttributes,
    'AWSCognitoIdentityProviderService.VerifySoftwareToken': verifySoftwareToken,
    'AWSCognitoIdentityProviderService.VerifyUserAttribute': verifyUserAttribute,
    'AWSCognitoIdentityService.GetCredentialsForIdentity': getCredentialsForIdentity,
    'AWSCognitoIdentityService.GetId': getId,
  }),
);

/** Calls that AWS signs and authorizes with IAM; here they are only kept from who may not administer. */
export const adminOperations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    'AWSCognitoIdentityProviderService.AdminAddUserToGroup': adminAddUserToGroup,
    'AWSCognitoIdentityProviderService.AdminConfirmSignUp': adminConfirmSignUp,
    'AWSCognitoIdentityProviderService.AdminCreateUser': adminCreateUser,
    'AWSCognitoIdentityProviderService.AdminDeleteUser': adminDeleteUser,
    'AWSCognitoIdentityProviderService.AdminDisableUser': adminDisableUser,
    'AWSCognitoIdentityProviderService.AdminEnableUser': adminEnableUser,
    'AWSCognitoIdentityProviderService.AdminGetUser': adminGetUser,
    'AWSCognitoIdentityProviderService.AdminInitiateAuth': adminInitiateAuth,
    'AWSCognitoIdentityProviderService.AdminListGroupsForUser': adminListGroupsForUser,
    'AWSCognitoIdentityProviderService.AdminRemoveUserFromGroup': adminRemoveUserFromGroup,
    'AWSCognitoIdentityProviderService.AdminResetUserPassword': adminResetUserPassword,
    'AWSCognitoIdentityProviderService.AdminRespondToAuthChallenge': adminRespondToAuthChallenge,
    'AWSCognitoIdentityProviderService.AdminSetUserPassword': adminSetUserPassword,
    'AWSCognitoIdentityProviderService.AdminUpdateUserAttributes': adminUpdateUserAttributes,
    'AWSCognitoIdentityProviderService.AdminUserGlobalSignOut': adminUserGlobalSignOut,
    'AWSCognitoIdentityProviderService.DescribeUserPool': describeUserPool,
    'AWSCognitoIdentityProviderService.DescribeUserPoolClient': describeUserPoolClient,
    'AWSCognitoIdentityProviderService.ListGroups': listGroups,
    'AWSCognitoIdentityProviderService.ListUsers': listUsers,
    'AWSCognitoIdentityProviderService.ListUsersInGroup': listUsersInGroup,
  }),
);
